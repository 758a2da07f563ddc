using System.Globalization;
using System.Text;

namespace ReplicatedDs.Bench.Report;

/// <summary>The result as Markdown.</summary>
internal static class Tables
{
    public static string Environment(Result result)
    {
        var text = new StringBuilder("| | |\n|---|---|\n");
        foreach (var (name, value) in result.Environment)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {value} |\n");
        }

        return text.ToString();
    }

    /// <summary>Every row: medians with the least and the greatest, and what was reached.</summary>
    public static string Rows(Result result)
    {
        var text = new StringBuilder("| What | Ours | Beside it | Ratio | Floor | Goal | Reached |\n|---|---|---|---|---|---|---|\n");
        foreach (var row in result.Rows)
        {
            var other = row.Other is null ? "" : $"{row.Other}: {Spread(row.Others)}";
            var ratio = row.Other is null ? "" : Spread(row.Ratios);
            text.Append(
                CultureInfo.InvariantCulture, $"| {row.What} ({row.Unit}) | {Spread(row.Ours)} | {other} | {ratio} | {Bound(row, row.Floor)} | {Bound(row, row.Goal)} | {row.Reached} |\n");
        }

        return text.ToString();
    }

    /// <summary>How long each contender took no writes at all, and how many it took before and meanwhile.</summary>
    public static string Outages(Result result)
    {
        var text = new StringBuilder("| | Who is killed | Writes per second before | while it is away | No write at all for |\n|---|---|---|---|---|\n");
        foreach (var outage in result.Outages)
        {
            var (died, back) = ((int)(outage.DiedAt * 10), (int)(outage.BackAt * 10));
            var away = outage.PerSecond[died..back];
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {outage.Name} | {outage.Member} | {Number(outage.PerSecond[(died / 2)..died].Average())} | {Number(away.Average())} | {LongestZero(outage.PerSecond[died..]) / 10.0:0.0} s |\n");
        }

        return text.ToString();
    }

    /// <summary>What each side of a partition went on taking, and what was left of it.</summary>
    public static string Partitions(Result result)
    {
        if (result.Partitions is not { Count: > 0 })
        {
            return "Not measured in this run.\n";
        }

        var text = new StringBuilder("| | Side | Writes per second before the cut | while it lasts | No write at all for | Acknowledged in all | Of these lost |\n|---|---|---|---|---|---|---|\n");
        foreach (var partition in result.Partitions)
        {
            Add(partition, "the other two", partition.Majority);
            Add(partition, partition.Isolated, partition.Minority);
        }

        return text.ToString();

        void Add(Partition partition, string members, PartitionSide side)
        {
            var (cut, healed) = ((int)(partition.CutAt * 10), (int)(partition.HealedAt * 10));
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {partition.Name} | {members} | {Number(side.PerSecond[(cut / 2)..cut].Average())} | {Number(side.PerSecond[cut..healed].Average())} | {LongestZero(side.PerSecond[cut..]) / 10.0:0.0} s | {side.Acknowledged:#,0} | {side.Lost:#,0} |\n");
        }
    }

    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 10_000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string Spread(IReadOnlyList<double> values) => values.Count switch
    {
        0 => "",
        1 => Number(values[0]),
        _ => $"{Number(Row.Median(values))} ({Number(values.Min())} to {Number(values.Max())})",
    };

    private static string Bound(Row row, double? bound) => bound is not { } value ? ""
        : (row.Verdict is Verdict.RatioUp or Verdict.Up ? "≥ " : "≤ ") + value.ToString(value >= 1000 ? "#,0" : "0.##", CultureInfo.InvariantCulture);

    private static int LongestZero(double[] perSecond)
    {
        var (longest, running) = (0, 0);
        foreach (var value in perSecond)
        {
            running = value == 0 ? running + 1 : 0;
            longest = Math.Max(longest, running);
        }

        return longest;
    }
}
