using System.Globalization;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>Prints what a traffic did and what the cluster was afterwards.</summary>
internal static class Report
{
    public static void Write(Tally tally, AtRest rest, TextWriter output)
    {
        output.WriteLine($"calls: {string.Join(", ", Enum.GetValues<Ending>().Select(ending => string.Create(CultureInfo.InvariantCulture, $"{ending} {tally[ending]:N0}")))}");
        foreach (var door in tally.Operations.GroupBy(operation => operation.Key.Door).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  by {door.Key}: {door.Sum(operation => operation.Value):N0} ({string.Join(", ", door.OrderByDescending(operation => operation.Value).Select(operation => string.Create(CultureInfo.InvariantCulture, $"{operation.Value:N0} {operation.Key.Operation}")))})"));
        }

        foreach (var surprise in tally.Surprises)
        {
            output.WriteLine($"  unexpected: {surprise}");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"at rest: {rest.Replicas} replicas, {rest.Keys:N0} keys, digest {rest.Digest}, {rest.Difference ?? "the same at all"}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"acknowledged writes of keys of their own: {rest.Promised:N0}, lost: {rest.Lost.Count}"));
        output.WriteLine(rest.Checked);
    }
}
