using System.Diagnostics;
using System.Globalization;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Simulation.Running;

/// <summary>Which check notices which deliberate fault in the core, and how soon.</summary>
internal static class MutantTable
{
    /// <summary>Writes it as Markdown; true if all were noticed within <paramref name="seedsMax"/> seeds.</summary>
    public static bool Write(TextWriter output, long seedsMax)
    {
        output.WriteLine("| Fault | Noticed by | Seeds | CPU seconds |\n|---|---|---|---|");
        var allCaught = true;
        foreach (var mutation in Enum.GetValues<CoreMutation>().Where(mutation => mutation != CoreMutation.None))
        {
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            var (check, seed) = FirstCaught(mutation, seedsMax);
            var spent = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| `{mutation}` | {check ?? "**nobody**"} | {seed} | {spent:F1} |"));
            allCaught &= check is not null;
        }

        return allCaught;
    }

    private static (string? Check, long Seeds) FirstCaught(CoreMutation mutation, long seedsMax)
    {
        for (var seed = 1L; seed <= seedsMax; seed++)
        {
            if (Simulation.Run(SimulationOptions.FromSeed((ulong)seed) with { Mutation = mutation }) is { IsFailure: true } caught)
            {
                return (caught.Check, seed);
            }
        }

        return (null, seedsMax);
    }
}
