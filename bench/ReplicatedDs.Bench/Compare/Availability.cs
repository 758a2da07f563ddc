using System.Diagnostics;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Servers;

namespace ReplicatedDs.Bench.Compare;

/// <summary>Acknowledged writes over time through a fault: eight clients at every member.</summary>
internal static class Availability
{
    private const int ClientsPerMember = 8;

    /// <summary>One member is killed and comes back.</summary>
    public static async Task<Outage> KillAsync(IContender contender, int victim, string member, TimeSpan time)
    {
        var course = await RunAsync(
            contender,
            [new Side([.. Enumerable.Range(0, contender.Members.Count)], null)],
            () => contender.KillAsync(victim),
            () => contender.Restart(victim),
            time).ConfigureAwait(false);
        return new Outage(contender.Name, member, course.FailedAt, course.MendedAt, course.Sides[0]);
    }

    /// <param name="fail">After a quarter of the time; a quarter before that is not counted.</param>
    /// <param name="mend">After two thirds of it.</param>
    public static async Task<Course> RunAsync(IContender contender, IReadOnlyList<Side> sides, Func<Task> fail, Action mend, TimeSpan time)
    {
        int[][] slots = [.. sides.Select(_ => new int[(int)(time.TotalSeconds * 10)])];
        var clock = new Stopwatch();
        using var over = new CancellationTokenSource();
        List<List<Writer>> writers = [.. sides.Select((side, s) => side.Members
            .SelectMany(member => Enumerable.Range(member * ClientsPerMember, ClientsPerMember).Select(number => new Writer(number, member, side, contender, slots[s], clock)))
            .ToList())];
        var running = writers.SelectMany(static side => side).Select(writer => writer.RunAsync(over.Token)).ToList();
        await Task.Delay(time * 0.25).ConfigureAwait(false); // for the runtime's compiler
        Array.ForEach(slots, Array.Clear);
        clock.Start();
        await Task.Delay(time * 0.25).ConfigureAwait(false);
        var failedAt = clock.Elapsed.TotalSeconds;
        await fail().ConfigureAwait(false);
        await Task.Delay(time * 0.4).ConfigureAwait(false);
        var mendedAt = clock.Elapsed.TotalSeconds;
        mend();
        var rest = time - clock.Elapsed;
        await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        return new Course(
            failedAt,
            mendedAt,
            [.. slots.Select(static side => side.Select(static count => count * 10.0).ToArray())],
            [.. writers.Select(static side => side.SelectMany(static writer => writer.Acknowledged).ToList())]);
    }
}
