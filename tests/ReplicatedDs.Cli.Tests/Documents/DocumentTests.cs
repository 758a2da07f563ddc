using System.Diagnostics;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cli.Tests.Documents;

/// <summary>The commands of the documents on a real cluster: they print what is written there.</summary>
public sealed class DocumentTests
{
    [Fact]
    public async Task GettingStarted_PrintsWhatItSays()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 3, Spares = 2 });
        var blocks = ConsoleBlock.Of(Read("docs/getting-started.md"));
        Assert.True(blocks.Count > 20, $"{blocks.Count} commands were found.");
        foreach (var block in blocks)
        {
            // What is on its way may need a moment; what changes something is done once.
            var isQuestion = block.Command.Contains("get ", StringComparison.Ordinal) || block.Command.Contains("pending", StringComparison.Ordinal)
                || block.Command.Contains("find", StringComparison.Ordinal);
            var printed = await RunAsync(cluster, block.Command);
            for (var clock = Stopwatch.StartNew(); isQuestion && !block.Prints(printed) && clock.Elapsed < Eventually.Patience;)
            {
                printed = await RunAsync(cluster, block.Command);
            }

            Assert.True(block.Prints(printed), $"$ {block.Command}\nprints\n{printed}\nnot\n{string.Join('\n', block.Output)}");
        }
    }

    [Fact]
    public async Task Readme_TourWithCurl_ShowsNoAnswerWithoutItsQuestion()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 3 });
        var tour = Read("README.md").Split("## A tour with curl")[1].Split("\n## ")[0].Split("```bash\n").Skip(1).Select(part => part.Split("```")[0]);
        var script = string.Join('\n', tour).Replace(".data/cluster.json", cluster.ClusterFile, StringComparison.Ordinal);
        for (var number = 1; number <= 3; number++)
        {
            script = script.Replace($"http://127.0.0.1:{7100 + number}", cluster.Slot(number).Http, StringComparison.Ordinal);
        }

        var printed = await RunAsync(cluster, "exec 2>/dev/null\n" + script); // the progress of curl
        Assert.Contains("\"missing\":[\"1#", printed, StringComparison.Ordinal); // of /pending
        Assert.Contains("404 Not Found", printed, StringComparison.Ordinal);
        Assert.EndsWith("Is it safe?Yes", printed.TrimEnd(), StringComparison.Ordinal);
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Programs.Root, path)).ReplaceLineEndings("\n");

    private static async Task<string> RunAsync(TestCluster cluster, string script)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["RDS_CLUSTER"] = cluster.ClusterFile;
        start.Environment["XDG_STATE_HOME"] = Path.Combine(cluster.Data, "state");
        using var shell = Process.Start(start)!;
        await shell.StandardInput.WriteAsync($"exec 2>&1\nrds() {{ dotnet '{Path.Combine(AppContext.BaseDirectory, "rds.dll")}' \"$@\"; }}\n{script}\n");
        shell.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        try
        {
            return await shell.StandardOutput.ReadToEndAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            throw new TimeoutException($"Not done within two minutes: {script}");
        }
    }
}
