using System.Text;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using ReplicatedDs.Bench.Report;

namespace ReplicatedDs.Bench.Core;

/// <summary>BenchmarkDotNet with its own switches. When all benchmarks ran, their tables go into <c>docs/benchmarks.md</c>.</summary>
internal static class MicroCommand
{
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments)
    {
        var root = Root();
        var machine = Machine.Describe("", root);
        var config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.ShortRun)
            .WithArtifactsPath(Path.Combine(root, "artifacts", "micro"))
            .HideColumns(Column.Error, Column.Median, Column.RatioSD, Column.Gen0, Column.Gen1, Column.Gen2);
        Type[] all = [typeof(DeliveryBenchmarks), typeof(CodecBenchmarks), typeof(KeySpaceBenchmarks)];
        var summaries = BenchmarkSwitcher.FromTypes(all).Run(arguments, config).ToList();
        var wanted = all.Sum(type => BenchmarkConverter.TypeToBenchmarks(type, config).BenchmarksCases.Length);
        if (summaries.Sum(summary => summary.Reports.Count(report => report.Success)) == wanted)
        {
            Document.Put(Path.Combine(root, "docs", "benchmarks.md"), "micro", $"{machine["When"]}, commit {machine["Commit"]}, load before {machine["Load before"]}.\n\n{Tables(summaries)}");
        }

        return summaries.Count > 0 && summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
    }

    private static string Tables(IEnumerable<Summary> summaries)
    {
        var text = new StringBuilder();
        foreach (var summary in summaries.OrderByDescending(static summary => summary.BenchmarksCases[0].Descriptor.Type.Name))
        {
            var log = new AccumulationLogger();
            MarkdownExporter.GitHub.ExportToLog(summary, log);
            var exported = log.GetLog().Trim();

            // The machine stands before the first table: it is the same for all.
            text.Append(text.Length == 0 ? exported : "\n\n" + exported[exported.IndexOf('|', StringComparison.Ordinal)..]);
        }

        return string.Join('\n', text.ToString().Split('\n').Select(static line => line.TrimEnd())) + "\n";
    }

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ReplicatedDs.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("This program lies outside of the repository.");
    }
}
