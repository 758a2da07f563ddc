using System.Globalization;
using ReplicatedDs.Cluster.Tests.Traffic;

namespace ReplicatedDs.Cluster.Tests.Chaos;

/// <summary>A run with random faults as a program: prints what it did and draws it.</summary>
internal static class ChaosCommand
{
    public static async Task RunAsync(TimeSpan duration, int seed, string folder, TextWriter output)
    {
        var result = await ChaosRun.RunAsync(new ChaosPlan(duration, seed, folder), output);
        await TellAsync(result, folder, output);
        result.MustBeSound();
    }

    /// <summary>Prints what came of a run, and draws it.</summary>
    public static async Task TellAsync(ChaosResult result, string folder, TextWriter output)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "writes.svg"), Chart.Draw(result));
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Elapsed.TotalSeconds:0} s, {result.Tally.Answered:N0} calls answered, {result.Tally.Written:N0} writes acknowledged ({result.Tally.Written / result.Elapsed.TotalSeconds:0} per second)"));
        output.WriteLine($"faults: {string.Join(", ", result.Faults.GroupBy(fault => fault.Kind).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Count()} × {group.Key}"))}");
        Report.Write(result.Tally, result.AtRest, output);
        PrintRates(result, output);
        output.WriteLine($"history: {Path.Combine(folder, "history.jsonl")}, plot: {Path.Combine(folder, "writes.svg")}");
    }

    private static void PrintRates(ChaosResult result, TextWriter output)
    {
        var seconds = (int)Math.Ceiling(result.Elapsed.TotalSeconds);
        var step = Math.Max(10, seconds / 10);
        output.WriteLine($"successful writes per second at each place, in spans of {step} s:");
        var perSecond = result.Tally.PerSecond(seconds);
        foreach (var place in result.Places)
        {
            output.WriteLine($"  {place.Name}: {string.Join(' ', perSecond[place.Number].Chunk(step).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Average(),4:0}")))}");
        }
    }
}
