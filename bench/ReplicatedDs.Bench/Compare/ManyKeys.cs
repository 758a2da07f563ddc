using System.Diagnostics;
using System.Globalization;
using ReplicatedDs.Bench.Loads;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Servers;

namespace ReplicatedDs.Bench.Compare;

/// <summary>What many keys weigh in memory, and how long a replica with them takes to come back or to join.</summary>
internal static class ManyKeys
{
    private const int ValueBytes = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task<List<Row>> RunAsync(Plan plan, OurCluster ours, RedisCluster redis)
    {
        var last = RespConnection.KeyOf(plan.Keys - 1);
        var ourBytes = await GrowthAsync(plan.Keys, ours, ours.RespPort, last).ConfigureAwait(false);
        var redisBytes = await GrowthAsync(plan.Keys, redis, redis.Port, last).ConfigureAwait(false);

        const int Victim = 2;
        await ours.KillAsync(Victim).ConfigureAwait(false);
        var restart = Stopwatch.StartNew();
        ours.Restart(Victim);
        await UntilServesAsync(ours.RespPort(Victim), last).ConfigureAwait(false);
        restart.Stop();

        var join = Stopwatch.StartNew();
        var joiner = ours.Members.Count;
        ours.Add();
        await UntilServesAsync(ours.RespPort(joiner), last).ConfigureAwait(false);
        join.Stop();

        var keys = plan.Keys.ToString("#,0", CultureInfo.InvariantCulture);
        return
        [
            new Row("memory", $"Memory per key, {keys} keys of 16 and values of 100 bytes", "bytes", Verdict.RatioDown, 3, 1.5, ourBytes, redis.Name, redisBytes),
            new Row("restart", $"Restart after a crash with {keys} keys", "s", Verdict.Down, 15, 5, [restart.Elapsed.TotalSeconds], null, []),
            new Row("join", $"Join of {keys} keys", "s", Verdict.Down, 40, 15, [join.Elapsed.TotalSeconds], null, []),
        ];
    }

    /// <summary>How much the resident memory of each member grew, by key.</summary>
    private static async Task<List<double>> GrowthAsync(int keys, IContender contender, Func<int, int> port, string last)
    {
        double[] before = [.. contender.Members.Select(member => (double)member.ResidentBytes)];
        using (var connection = await RespConnection.OpenAsync(port(0)).ConfigureAwait(false))
        {
            await connection.FillAsync(keys, ValueBytes).ConfigureAwait(false);
        }

        for (var i = 0; i < before.Length; i++)
        {
            await RespConnection.WaitForAsync(port(i), ["GET", last], new string('v', ValueBytes), Patience).ConfigureAwait(false);
        }

        await Task.Delay(TimeSpan.FromSeconds(3)).ConfigureAwait(false);
        return [.. contender.Members.Select((member, i) => (member.ResidentBytes - before[i]) / keys)];
    }

    /// <summary>Until the last key is read there and a write is taken.</summary>
    private static async Task UntilServesAsync(int port, string last)
    {
        await RespConnection.WaitForAsync(port, ["GET", last], new string('v', ValueBytes), Patience).ConfigureAwait(false);
        await RespConnection.WaitForWritesAsync(port, Patience).ConfigureAwait(false);
    }
}
