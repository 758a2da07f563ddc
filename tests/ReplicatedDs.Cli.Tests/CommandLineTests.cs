using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private static readonly string[] Commands =
        ("get set del incr members mget mset tx scan watch find why clock pending show status join leave evict crash link trace check bench export backup restore doctor reset").Split(' ');

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private RdsShell Shell => new(_folder.Path, Path.Combine(_folder.Path, "state"));

    [Fact]
    public async Task Help_ListsEveryCommand()
    {
        var help = (await Shell.RunAsync("--help")).Expect(ExitCodes.Ok);

        Assert.All(Commands, command => Assert.Matches($@"(?m)^  {command}\b", help.Output));
    }

    [Fact]
    public async Task NoCommand_IsTheHelp() =>
        Assert.Equal((await Shell.RunAsync("--help")).Expect(ExitCodes.Ok).Output, (await Shell.RunAsync()).Expect(ExitCodes.Ok).Output);

    [Theory]
    [InlineData("4", "There is no replica '4' here; did you mean replica-4, whose id is 5?")]
    [InlineData("r4", "There is no replica 'r4' here; did you mean replica-4, whose id is 5?")]
    [InlineData("7", "There is no replica '7' here; did you mean replica-7, which has not joined?")]
    [InlineData("9", "There is no replica '9' here; there are replica-1 (1), replica-4 (5), replica-7.")]
    public async Task Replica_ThatIsNotThere_IsNamedByWhatMayBeMeant(string replica, string sentence)
    {
        Write("cluster.json", """
            {"clusterId":"c","replicas":[
              {"name":"replica-1","id":1,"pid":1,"state":"Running","http":"http://127.0.0.1:1"},
              {"name":"replica-4","id":5,"pid":2,"state":"Running","http":"http://127.0.0.1:2"},
              {"name":"replica-7","id":null,"pid":null,"state":"NotStarted","http":"http://127.0.0.1:3"}]}
            """);

        Assert.Equal($"rds: {sentence}\n", (await Shell.RunAsync("get", "k", "--cluster", ".", "--replica", replica)).Expect(ExitCodes.BadUsage).Error);
    }

    [Fact]
    public async Task Help_OfEachCommand_IsThere()
    {
        foreach (var command in Commands)
        {
            Assert.Contains($"rds {command}", (await Shell.RunAsync(command, "--help")).Expect(ExitCodes.Ok).Output.Replace("testhost", "rds", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("There is no command 'nope'", "nope")]
    [InlineData("There is no command 'nope'", "nope", "x", "y")]
    [InlineData("There is no command 'stauts'; did you mean 'status'?", "stauts")]
    [InlineData("There is no command 'gte'; did you mean 'get'?", "gte", "k")]
    [InlineData("There is no command 'frobnicate'; 'rds --help' lists them.", "frobnicate")]
    [InlineData("There is no option --jsn here; did you mean --json.", "status", "--jsn")]
    [InlineData("There is no option --sibling here; did you mean --siblings.", "get", "k", "--sibling")]
    [InlineData("There is no option --limti here; did you mean --limit.", "pending", "--limti=5")]
    [InlineData("There is no option --url here; --cluster takes the addresses of a cluster, --replica (-r) that of one replica.", "--url", "http://127.0.0.1:7101", "status")]
    [InlineData("There is no option --zip here; 'rds get --help' lists them.", "get", "k", "--zip")]
    [InlineData("There is no option --zip", "set", "k", "--zip")]
    [InlineData("There is no option -z", "set", "k", "-z")]
    [InlineData("Give either a value or --file", "set", "k")]
    [InlineData("Required argument missing", "get")]
    [InlineData("'17' is not a dot", "set", "k", "v", "--if-match", "17")]
    [InlineData("either --if-match or --if-absent", "set", "k", "v", "--if-match", "1#1", "--if-absent")]
    [InlineData("'b' has no value", "mset", "a", "1", "b")]
    [InlineData("no writes", "tx")]
    [InlineData("'x' of --set is not key=value", "tx", "--set", "x")]
    [InlineData("'y' is not a dot", "tx", "--if", "x=y", "--set", "x=1")]
    [InlineData("'much' is not a whole number", "tx", "--incr", "x=much")]
    [InlineData("nothing called 'nothing'", "show", "nothing")]
    [InlineData("--limit is 0", "scan", "--limit", "0")]
    [InlineData("--percent is 300", "link", "drop", "1", "2", "--percent", "300")]
    [InlineData("--for is 0", "link", "hold", "1", "2", "--for", "0")]
    [InlineData("--clients is 0", "bench", "--clients", "0")]
    [InlineData("one execution only", "export", "shiviz", "--default-parser", "--counterfactual")]
    [InlineData("not a replica's address", "get", "k", "--cluster", "http://127.0.0.1:1/kv")]
    [InlineData("cannot be read", "check", "missing.jsonl")]
    public async Task BadUsage_IsOneSentenceAndExitCode2(string sentence, params string[] args)
    {
        var ran = (await Shell.RunAsync(args)).Expect(ExitCodes.BadUsage);

        Assert.Empty(ran.Output);
        Assert.StartsWith("rds: ", ran.Error, StringComparison.Ordinal);
        Assert.Contains(sentence, ran.Error, StringComparison.Ordinal);
        Assert.Equal(1, ran.Error.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("get", "k")]
    [InlineData("clock", "--json")]
    [InlineData("status", "--cluster", "elsewhere")]
    [InlineData("get", "k", "--replica", "http://127.0.0.1:1")]
    public async Task NoCluster_IsExitCode3(params string[] args)
    {
        var ran = (await Shell.RunAsync(args)).Expect(ExitCodes.Unavailable);

        Assert.Empty(ran.Output);
        Assert.Equal(1, ran.Error.Count(c => c == '\n'));
    }

    [Fact]
    public async Task Check_ACausalHistory_Holds()
    {
        Write("good.jsonl", """
            {"session":"ann","op":"write","key":"x","value":"1"}
            {"session":"bob","op":"read","key":"x","value":"1"}
            """);

        var ran = (await Shell.RunAsync("check", "good.jsonl")).Expect(ExitCodes.Ok);

        Assert.StartsWith("No violation: 2 operations of 2 sessions on 1 keys", ran.Output, StringComparison.Ordinal);
        Assert.Contains("causal consistency (CC)\tholds", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_AHistoryThatIsNotCausal_NamesTheViolationAndItsLines()
    {
        Write("bad.jsonl", """
            {"session":"ann","op":"write","key":"photo","value":"p1"}
            {"session":"ann","op":"write","key":"album","value":"a1"}
            {"session":"bob","op":"read","key":"album","value":"a1"}
            {"session":"bob","op":"read","key":"photo","value":null}
            """);

        var ran = (await Shell.RunAsync("check", "bad.jsonl")).Expect(ExitCodes.No);
        var json = (await Shell.RunAsync("check", "bad.jsonl", "--json")).Expect(ExitCodes.No).Json;

        Assert.Contains("causal consistency (CC)\tVIOLATED", ran.Output, StringComparison.Ordinal);
        Assert.Contains("WriteCOInitRead: bob#2 read photo = absent (line 4)", ran.Output, StringComparison.Ordinal);
        Assert.False(json.GetProperty("clean").GetBoolean());
        Assert.Equal(1, json.GetProperty("counts").GetProperty("WriteCOInitRead").GetInt32());
    }

    [Fact]
    public async Task Check_StandardInput_IsAHistoryToo() =>
        (await Shell.RunAsync("""{"session":"ann","op":"write","key":"x","value":"1"}""", ["check", "-"])).Expect(ExitCodes.Ok);

    [Fact]
    public async Task Check_WhatIsNoHistory_SaysWhere()
    {
        Write("none.jsonl", "{\"session\":\"ann\",\"op\":\"write\",\"key\":\"x\",\"value\":\"1\"}\nnonsense");

        Assert.Contains("Line 2: It is not JSON", (await Shell.RunAsync("check", "none.jsonl")).Expect(ExitCodes.BadUsage).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_ADataFolder_AsksFirst()
    {
        var data = DataFolder();

        (await Shell.RunAsync("reset")).Expect(ExitCodes.BadUsage);
        (await Shell.RunAsync("n\n", ["reset"])).Expect(ExitCodes.No);
        Assert.True(Directory.Exists(data));
        var ran = (await Shell.RunAsync("y\n", ["reset"])).Expect(ExitCodes.Ok);

        Assert.Contains($"Delete {data} (5 B) with everything in it? [y/N]", ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task Reset_WhereAClusterRuns_DeletesNothing()
    {
        var data = DataFolder();
        using (new FileStream(Path.Combine(data, "apphost.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Contains("A cluster runs in", (await Shell.RunAsync("reset", "--yes")).Expect(ExitCodes.Refused).Error, StringComparison.Ordinal);
        }

        Assert.True(File.Exists(Path.Combine(data, "cluster.key")));
    }

    [Fact]
    public async Task Reset_AFolderOfSomethingElse_DeletesNothing()
    {
        Write("precious", "file");

        (await Shell.RunAsync("reset", ".", "--yes")).Expect(ExitCodes.BadUsage);
        (await Shell.RunAsync("reset", "missing", "--yes")).Expect(ExitCodes.No);

        Assert.True(File.Exists(Path.Combine(_folder.Path, "precious")));
    }

    private string DataFolder()
    {
        var data = Path.Combine(_folder.Path, ".data");
        Directory.CreateDirectory(Path.Combine(data, "replica-1"));
        File.WriteAllText(Path.Combine(data, "apphost.lock"), "");
        File.WriteAllText(Path.Combine(data, "cluster.key"), "12345");
        return data;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.Path, name), text);
}
