using System.Globalization;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Simulation.Coverage;

/// <summary>Which branches of the core no run of this process has taken.</summary>
internal static class BranchReport
{
    /// <summary>Writes it, if the core that is loaded takes notes.</summary>
    public static void Write(TextWriter output)
    {
        if (typeof(ReplicaCore).Assembly.GetType(Instrumentation.ProbesName)?.GetField(Instrumentation.HitsName)?.GetValue(null) is not byte[] hits)
        {
            return;
        }

        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, Instrumentation.MapName));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"branches of the core: {hits.Count(hit => hit != 0)} of {hits.Length} reached; never reached, by line:"));
        var missed = lines.Where((_, index) => hits[index] == 0).Select(line => line.Split(':')).GroupBy(line => line[0], StringComparer.Ordinal);
        foreach (var file in missed.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            var numbers = file.Select(line => int.Parse(line[1], CultureInfo.InvariantCulture)).Distinct().Order();
            output.WriteLine($"  {file.Key}: {string.Join(' ', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))}");
        }
    }
}
