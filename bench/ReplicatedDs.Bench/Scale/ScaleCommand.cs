using System.Globalization;
using System.Text;
using ReplicatedDs.Bench.Report;

namespace ReplicatedDs.Bench.Scale;

/// <summary>What a write costs with few and with many replicas, into <c>docs/scale.md</c> and a picture.</summary>
internal static class ScaleCommand
{
    private const int PerSecond = 1000;
    private const int Seconds = 2;
    private static readonly int[] Sizes = [3, 10, 30, 100];

    public static int Run(string root)
    {
        ScaleRun.Measure(3, PerSecond, 1); // for the runtime's compiler
        var results = new List<ScaleResult>();
        foreach (var size in Sizes)
        {
            results.Add(ScaleRun.Measure(size, PerSecond, Seconds));
            Console.WriteLine(results[^1]);
        }

        File.WriteAllText(Path.Combine(root, "docs", "images", "scale.svg"), ScalePlot.Draw(results));
        Document.Put(Path.Combine(root, "docs", "scale.md"), "scale", Table(results));
        return 0;
    }

    private static string Table(IEnumerable<ScaleResult> results)
    {
        var text = new StringBuilder()
            .Append("| Replicas | Messages by write | Metadata by write, all lines | Metadata of an update on one line | Core, by write and replica | Core, by write, all | Visible elsewhere p50 / p99 | Of that not the way there, p99 |\n")
            .Append("|---|---|---|---|---|---|---|---|\n");
        foreach (var one in results)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {one.Replicas} | {one.Messages:0.0} | {one.Bytes:n0} bytes | {one.ClockBytes:0} bytes | {one.CpuHere:0.0} µs | {one.CpuAll:n0} µs | {one.VisibleMedian:0} / {one.VisibleSlow:0} ms | {one.ExtraSlow:0.0} ms |\n");
        }

        return text.ToString();
    }
}
