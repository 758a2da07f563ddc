using System.Text.RegularExpressions;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Cli.Tests.ShiViz;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cli.Tests.Cluster;

/// <summary><c>rds</c> against real replicas.</summary>
public sealed class RealClusterTests : ClusterFixture
{
    private RdsShell Shell => new(Path.GetDirectoryName(Cluster.Data)!, Path.Combine(Cluster.Data, "rds-state")) { Variables = new Dictionary<string, string> { ["RDS_CLUSTER"] = Cluster.ClusterFile } };

    [Fact]
    public async Task SetAndGet_BehaveForScripts()
    {
        var written = (await Shell.RunAsync("set", "script", "two\nlines")).Expect(ExitCodes.Ok);

        Assert.Matches(@"^\d+#\d+\n$", written.Output);
        Assert.Equal("two\nlines", (await Shell.RunAsync("get", "script")).Expect(ExitCodes.Ok).Output);
        var json = (await Shell.RunAsync("get", "script", "--json")).Expect(ExitCodes.Ok).Json;
        Assert.Equal(("two\nlines", written.Output.Trim()), (json.GetProperty("value").GetString(), json.GetProperty("dot").GetString()));
        (await Shell.RunAsync("from stdin", ["set", "script", "-"])).Expect(ExitCodes.Ok);
        Assert.Equal("from stdin", (await Shell.RunAsync("get", "script")).Expect(ExitCodes.Ok).Output);
        (await Shell.RunAsync("set", "script", "v", "--if-match", written.Output.Trim())).Expect(ExitCodes.No);
        (await Shell.RunAsync("set", "script", "v", "--if-absent")).Expect(ExitCodes.No);
        (await Shell.RunAsync("del", "script")).Expect(ExitCodes.Ok);
        Assert.Empty((await Shell.RunAsync("get", "script")).Expect(ExitCodes.No).Output);
        Assert.Equal("null\n", (await Shell.RunAsync("get", "script", "--json")).Expect(ExitCodes.No).Output);
        (await Shell.RunAsync("set", "..", "v")).Expect(ExitCodes.BadUsage);
    }

    [Fact]
    public async Task Terminal_AValueCannotSteerIt()
    {
        await Shell.RunAsync("set", "steering", "\x1b[2Jgone");
        var terminal = new RdsShell(Cluster.Data, Path.Combine(Cluster.Data, "rds-state")) { IsTerminal = true, Variables = new Dictionary<string, string> { ["RDS_CLUSTER"] = Cluster.Data } };

        Assert.Equal("\\x1b[2Jgone\n", (await terminal.RunAsync("get", "steering")).Expect(ExitCodes.Ok).Output);
        Assert.Contains("╭", (await terminal.RunAsync("status")).Expect(ExitCodes.Ok).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public async Task Status_FitsTheTerminal_WithoutABrokenWord(int columns)
    {
        var variables = new Dictionary<string, string> { ["RDS_CLUSTER"] = Cluster.Data, ["NO_COLOR"] = "1" };
        var ran = (await new RdsShell(Cluster.Data, Path.Combine(Cluster.Data, "rds-state")) { IsTerminal = true, Columns = columns, Variables = variables }.RunAsync("status")).Expect(ExitCodes.Ok);

        var table = Regex.Replace(ran.Output, "\x1b\\[[0-9;]*m", "").Split('\n').SkipWhile(line => !line.StartsWith('╭')).TakeWhile(line => line.Length > 0).ToList();
        Assert.Equal(4 + 3, table.Count); // three lines, the header, a row for each replica
        Assert.All(table, line => Assert.InRange(line.Length, 1, columns));
        Assert.All([1, 2, 3], number => Assert.Contains($"r{Cluster.IdOf(number)} replica-{number} ", table[2 + number], StringComparison.Ordinal));
        Assert.Contains("pending", table[1], StringComparison.Ordinal);
        Assert.Equal(columns == 120, table[1].Contains("prevented", StringComparison.Ordinal));
        Assert.Equal(columns < 120, ran.Error.Contains("A wider terminal also shows: prevented, disk", StringComparison.Ordinal));
        Assert.Equal(10, (await Shell.RunAsync("status")).Expect(ExitCodes.Ok).Rows[0].Length); // piped it is whole
    }

    [Fact]
    public async Task Cluster_IsFoundByItsFileByItsFolderAndByAddresses()
    {
        var address = Cluster[1].Http.ToString().TrimEnd('/');
        foreach (var cluster in new[] { Cluster.ClusterFile, Cluster.Data, address })
        {
            var status = (await Shell.RunAsync("status", "--cluster", cluster, "--json")).Expect(ExitCodes.Ok).Json;
            Assert.Equal(3, status.GetProperty("replicas").GetArrayLength());
        }

        // From a folder below the one that holds .data.
        using var project = new TestFolder();
        Directory.CreateSymbolicLink(Path.Combine(project.Path, ".data"), Cluster.Data);
        var below = Directory.CreateDirectory(Path.Combine(project.Path, "a", "b")).FullName;
        (await new RdsShell(below, Path.Combine(Cluster.Data, "rds-state")).RunAsync("clock")).Expect(ExitCodes.Ok);
    }

    /// <summary>The store's first scenario, told by rds: an answer waits for its question where the question's link is held.</summary>
    [Fact]
    public async Task HeldLink_TheWaitingUpdateIsSeenEverywhere()
    {
        var (first, second, third) = ($"{Cluster.IdOf(1)}", $"{Cluster.IdOf(2)}", $"{Cluster.IdOf(3)}");
        (await Shell.RunAsync("link", "hold", first, third)).Expect(ExitCodes.Ok);
        try
        {
            var question = (await Shell.RunAsync("set", "question", "Is it safe?", "-r", first)).Expect(ExitCodes.Ok).Output.Trim();
            Assert.Equal("Is it safe?", (await Shell.RunAsync("get", "question", "-r", second)).Expect(ExitCodes.Ok).Output); // it waits for the session
            var answer = (await Shell.RunAsync("set", "answer", "Yes", "-r", second)).Expect(ExitCodes.Ok).Output.Trim();
            await Eventually.SeesAsync("the answer waits at replica 3", () => Shell.RunAsync("pending", "--json"), ran => ran.Code == ExitCodes.Ok && ran.Output.Contains($"\"{answer}\"", StringComparison.Ordinal));

            var pending = (await Shell.RunAsync("pending", "--why")).Expect(ExitCodes.Ok);
            Assert.Contains(pending.Rows, row => row is [var at, var update, "answer", var missing, ..] && at == $"r{third}" && update == answer && missing == question);
            Assert.Contains($"r{third}: {answer} waits for {question}, held by", pending.Output, StringComparison.Ordinal);
            Assert.Contains((await Shell.RunAsync("link")).Expect(ExitCodes.Ok).Rows, row => row is [var from, var to, "hold", ..] && from == $"r{first}" && to == $"r{third}");
            Assert.Contains("1 of", (await Shell.RunAsync("clock")).Expect(ExitCodes.Ok).Rows.Single(row => row[0].StartsWith($"r{third} ", StringComparison.Ordinal))[^1], StringComparison.Ordinal);
            Assert.Matches($@"^\{{{second}: \['SU{second}:.*\|answer:Yes'\]\}}\n$", (await Shell.RunAsync("show", "received_vc_dict", "-r", third)).Expect(ExitCodes.Ok).Output);
            (await Shell.RunAsync("get", "answer", "-r", third, "--no-session")).Expect(ExitCodes.No);

            (await Shell.RunAsync("link", "heal")).Expect(ExitCodes.Ok);
            Assert.Equal("Yes", (await Shell.RunAsync("get", "answer", "-r", third)).Expect(ExitCodes.Ok).Output); // the session waits
            await TraceAndExportAsync(question, answer, third);
        }
        finally
        {
            await Shell.RunAsync("link", "heal");
        }
    }

    [Fact]
    public async Task Show_PrintsWhatTheOriginalsConsolePrinted()
    {
        var id = Cluster.IdOf(2);

        Assert.Equal($"{id}\n", (await Shell.RunAsync("show", "local_id", "-r", "replica-2")).Expect(ExitCodes.Ok).Output);
        Assert.Matches(@"^\{\d+: \d+(, \d+: \d+)*\}\n$", (await Shell.RunAsync("show", "vector", "clock", "-r", "replica-2")).Expect(ExitCodes.Ok).Output);
        Assert.Matches(@"^\{\d+: \('127\.0\.0\.1', \d+\)(, \d+: \('127\.0\.0\.1', \d+\)){2}\}\n$", (await Shell.RunAsync("show", "replica", "-r", "replica-2")).Expect(ExitCodes.Ok).Output);
        Assert.Matches(@"^\{\d+: True, \d+: True\}\n$", (await Shell.RunAsync("show", "join_syn_dic", "-r", "replica-2")).Expect(ExitCodes.Ok).Output);
        await Eventually.SeesAsync("no replica is cut off", () => Shell.RunAsync("show", "partition"), ran => ran.Output == "False\n");
    }

    [Fact]
    public async Task Find_NamesEveryReplica()
    {
        (await Shell.RunAsync("set", "found", "here")).Expect(ExitCodes.Ok);

        var ran = await Eventually.SeesAsync("every replica holds it", () => Shell.RunAsync("find", "found"), ran => ran.Rows.All(row => row[1] == "present"));

        Assert.Equal(3, ran.Rows.Count);
        (await Shell.RunAsync("find", "never written")).Expect(ExitCodes.No);
    }

    [Fact]
    public async Task Bench_ItsHistory_IsCausal()
    {
        var history = Path.Combine(Cluster.Data, "history.jsonl");

        var ran = (await Shell.RunAsync("bench", "--seconds", "2", "--clients", "4", "--keys", "20", "--move", "--history", history, "--json")).Expect(ExitCodes.Ok);
        var check = (await Shell.RunAsync("check", history, "--json")).Expect(ExitCodes.Ok).Json;

        Assert.True(ran.Json.GetProperty("operations").GetInt64() > 0, $"{ran}");
        Assert.Equal("Holds", check.GetProperty("verdicts").GetProperty("convergence").GetString());
        Assert.Equal(ran.Json.GetProperty("operations").GetInt64() + (3 * 20), check.GetProperty("operations").GetInt64());
    }

    [Fact]
    public async Task Types_BehaveForScripts()
    {
        Assert.Equal("1\n", (await Shell.RunAsync("incr", "t:likes")).Expect(ExitCodes.Ok).Output);
        Assert.Equal("-4\n", (await Shell.RunAsync("incr", "t:likes", "-5")).Expect(ExitCodes.Ok).Output);
        (await Shell.RunAsync("members", "t:tags", "--add", "sea", "--add", "sun")).Expect(ExitCodes.Ok);
        (await Shell.RunAsync("members", "t:tags", "--remove", "sea")).Expect(ExitCodes.Ok);
        Assert.Equal("sun\n", (await Shell.RunAsync("members", "t:tags")).Expect(ExitCodes.Ok).Output);
        (await Shell.RunAsync("incr", "t:tags")).Expect(ExitCodes.Refused);
        (await Shell.RunAsync("mset", "t:a", "1", "t:b", "it's")).Expect(ExitCodes.Ok);
        Assert.Equal([["t:a", "1"], ["t:b", "it's"], ["t:c", "(none)"]], (await Shell.RunAsync("mget", "t:a", "t:b", "t:c")).Expect(ExitCodes.No).Rows.Select(row => (string[])[row[0], row[2]]));
        (await Shell.RunAsync("tx", "--if", "t:c=", "--set", "t:c=3", "--incr", "t:likes=10", "--del", "t:a")).Expect(ExitCodes.Ok);
        (await Shell.RunAsync("tx", "--if", "t:c=", "--set", "t:c=4")).Expect(ExitCodes.No);
        Assert.Equal("t:b\nt:c\nt:likes\nt:tags\n", (await Shell.RunAsync("scan", "t:")).Expect(ExitCodes.Ok).Output);
        Assert.Contains("'t:b': \"it's\", 't:c': '3', 't:likes': '6'", (await Shell.RunAsync("show", "datastore")).Expect(ExitCodes.Ok).Output, StringComparison.Ordinal);
        Assert.Equal("register", (await Shell.RunAsync("why", "t:c", "--json")).Expect(ExitCodes.Ok).Json.GetProperty("type").GetString());
        Assert.Contains("It is the only version", (await Shell.RunAsync("why", "t:c")).Expect(ExitCodes.Ok).Output, StringComparison.Ordinal);
        (await Shell.RunAsync("why", "t:never")).Expect(ExitCodes.No);
    }

    [Fact]
    public async Task Watch_FromAPosition_PrintsWhatCameAfterwards()
    {
        (await Shell.RunAsync("set", "watched/before", "v")).Expect(ExitCodes.Ok);
        var watched = Shell.RunAsync("watch", "watched/", "--count", "2", "--json", "--from", await Shell.SessionAsync());
        (await Shell.RunAsync("set", "watched/one", "1")).Expect(ExitCodes.Ok);
        (await Shell.RunAsync("set", "watched/two", "2")).Expect(ExitCodes.Ok);

        var lines = (await watched.WaitAsync(Eventually.Patience * 2)).Expect(ExitCodes.Ok).Output.TrimEnd('\n').Split('\n');

        Assert.Contains("\"watched/one\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"watched/two\"", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_OfAnotherCluster_IsGivenUp()
    {
        (await Shell.RunAsync("set", "kept", "v")).Expect(ExitCodes.Ok);
        var file = Directory.GetFiles(Path.Combine(Cluster.Data, "rds-state", "sessions"), "*.token").Single();
        await File.WriteAllTextAsync(file, Causality.Clocks.CausalToken.Write(Causality.Clocks.VectorClock.Of((1, 1_000_000)), new byte[32], "another"));

        var ran = (await Shell.RunAsync("get", "kept")).Expect(ExitCodes.Ok);

        Assert.Equal("v", ran.Output);
        Assert.Contains("a new one starts", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_ToItselfOrToNobody_IsBadUsage()
    {
        (await Shell.RunAsync("link", "hold", "replica-1", "replica-1")).Expect(ExitCodes.BadUsage);
        (await Shell.RunAsync("link", "hold", "replica-1", "replica-99")).Expect(ExitCodes.BadUsage);
    }

    [Fact]
    public async Task Reset_WhileTheClusterRuns_IsRefused()
    {
        (await Shell.RunAsync("reset", Cluster.Data, "--yes")).Expect(ExitCodes.Refused);

        Assert.True(File.Exists(Cluster.ClusterFile));
    }

    private async Task TraceAndExportAsync(string question, string answer, string third)
    {
        var trace = (await Shell.RunAsync("trace", "answer", "--json")).Expect(ExitCodes.Ok).Json;
        Assert.Equal(answer, trace.GetProperty("dot").GetString());
        Assert.EndsWith("|answer:Yes", trace.GetProperty("originalText").GetString(), StringComparison.Ordinal);
        var steps = trace.GetProperty("steps").EnumerateArray().Where(step => $"{step.GetProperty("replica").GetInt32()}" == third).Select(step => step.GetProperty("kind").GetString()).ToList();
        Assert.Equal(["arrived", "waits", "applied"], steps);

        var log = (await Shell.RunAsync("export", "shiviz", "--key", "question", "--key", "answer", "--counterfactual")).Expect(ExitCodes.Ok).Output;
        var graphs = ShiVizGraph.Read(log);
        Assert.Equal(2, graphs.Count);
        var buffered = graphs[0].Events.Single(one => one.Field("type") == "BUFFER");
        Assert.Equal(($"r{third}", $"r{answer}"), (buffered.Host, buffered.Field("dot")));
        var applied = graphs[0].Events.Where(one => one.Host == $"r{third}" && one.Field("type") == "APPLY").Select(one => one.Field("dot")).ToList();
        Assert.True(applied.IndexOf($"r{question}") >= 0 && applied.IndexOf($"r{question}") < applied.IndexOf($"r{answer}"), log);
        Assert.Contains(graphs[1].Events, one => one.Field("type") == "VIOLATION");
        ShiVizGraph.Read((await Shell.RunAsync("export", "shiviz", "--default-parser")).Expect(ExitCodes.Ok).Output);
    }
}
