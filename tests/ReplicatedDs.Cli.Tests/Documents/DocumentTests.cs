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
        var blocks = ConsoleBlock.Of(Snippet.Read("docs/getting-started.md"));
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
        var tour = Here(cluster, Of("README.md", "TEXT=").Text);
        var printed = await RunAsync(cluster, Quiet + tour);
        Assert.Contains("\"missing\":[\"1#", printed, StringComparison.Ordinal); // of /pending
        Assert.Contains("404 Not Found", printed, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/plain", printed, StringComparison.Ordinal);
        Assert.EndsWith("\nIs it safe?\nYes", printed.TrimEnd(), StringComparison.Ordinal);

        // The same once more with rds, and as a replica that one plays by hand.
        var retold = await RunAsync(cluster, "set -e\ncd \"$(mktemp -d)\"\nmkdir .data\n" + Of("README.md", "rds status").Text + "\nhead -c 20 .data/shiviz.txt\necho; echo all was run");
        Assert.Contains("Is it safe?", retold, StringComparison.Ordinal);
        Assert.EndsWith("all was run", retold.TrimEnd(), StringComparison.Ordinal);
        var key = tour.Split('\n').Single(line => line.StartsWith("KEY=", StringComparison.Ordinal));
        var played = await RunAsync(cluster, Quiet + key + "\n" + Here(cluster, Of("README.md", "/admin/guests").Text));
        Assert.Contains("\"outcome\":\"buffered\"", played, StringComparison.Ordinal);
        Assert.Contains("\"outcome\":\"applied\"", played, StringComparison.Ordinal);
        Assert.EndsWith("second", played.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resp_CommandsOfRedisClients_PrintWhatTheySay()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 2 });
        var simple = Here(cluster, Of("docs/resp.md", "redis-cli -p 7201 set").Text);

        // Few requests: this is no measurement. What is written at one replica is read at the other when it has come there.
        var written = await RunAsync(cluster, simple.Replace(" -q", " -q -n 200", StringComparison.Ordinal));
        Assert.StartsWith("OK\n", written, StringComparison.Ordinal);
        Assert.Matches("SET: [0-9.]+ requests per second", written);
        await cluster[2].ShowsAsync("greeting", "hello");
        Assert.Contains("hello", await RunAsync(cluster, simple.Split('\n').Single(line => line.Contains("get greeting", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Equal("OK\n1\n", await RunAsync(cluster, Here(cluster, Of("docs/resp.md", "token=").Text)));
    }

    [Fact]
    public async Task HistoryFormat_Example_IsWhatTheCheckerFinds()
    {
        using var folder = new TestFolder();
        var history = Path.Combine(folder.Path, "history.jsonl");
        await File.WriteAllTextAsync(history, Of("docs/history-format.md", "\"format\"").Text);
        var checkedIt = (await new RdsShell(folder.Path, folder.Path).RunAsync("check", history)).Expect(1);
        Assert.Contains("WriteCOInitRead", checkedIt.Output, StringComparison.Ordinal);
    }

    /// <summary>The progress of curl is not shown.</summary>
    private const string Quiet = "exec 2>/dev/null\n";

    /// <summary>The snippet of a document that begins with a line with that in it.</summary>
    private static Snippet Of(string document, string part) =>
        Snippet.All.Single(snippet => snippet.Document == document && snippet.Title.Contains(part, StringComparison.Ordinal));

    /// <summary>With the cluster's own ports and files.</summary>
    private static string Here(TestCluster cluster, string script)
    {
        script = script.Replace(".data/cluster.json", cluster.ClusterFile, StringComparison.Ordinal);
        for (var number = 1; number <= cluster.Running().Count; number++)
        {
            script = script.Replace($"http://127.0.0.1:{7100 + number}", cluster.Slot(number).Http, StringComparison.Ordinal)
                .Replace($"-p {7200 + number}", $"-p {cluster.Slot(number).Resp!.Split(':')[1]}", StringComparison.Ordinal);
        }

        return script;
    }

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
