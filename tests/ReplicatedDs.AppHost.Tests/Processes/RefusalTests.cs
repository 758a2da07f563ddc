namespace ReplicatedDs.AppHost.Tests.Processes;

public sealed class RefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("There is no switch --Replicas:Cuont; --help lists them.", "--Replicas:Cuont", "3")]
    [InlineData("There is no switch --x; --help lists them.", "--x")]
    [InlineData("--Lab needs a value: true or false.", "--Lab")]
    [InlineData("--Lab needs a value: true or false.", "--Lab", "--Ports", "auto")]
    [InlineData("'extra' is not a switch; --help lists them.", "extra")]
    [InlineData("'/Lab' is not a switch; --help lists them.", "/Lab", "true")]
    [InlineData("Replicas:Count: 'three' is not a whole number from 1 to 99.", "--Replicas:Count", "three")]
    [InlineData("Replicas:Count: '0' is not a whole number from 1 to 99.", "--Replicas:Count=0")]
    [InlineData("Replicas:Count: '' is not a whole number from 1 to 99.", "--Replicas:Count=")]
    [InlineData("Replicas:Count and Replicas:Spares are 105 together; at most 99 are possible.", "--Replicas:Count", "50", "--Replicas:Spares", "55")]
    [InlineData("Ports: 'some' is not fixed or auto.", "--Ports", "some")]
    [InlineData("Durability: 'paper' is not one of fsync, os, memory.", "--Durability", "paper")]
    [InlineData("Resp:Enabled: 'yes' is not true or false.", "--Resp:Enabled", "yes")]
    [InlineData("Control:Port: '70000' is not a whole number from 1 to 65535.", "--Control:Port", "70000")]
    [InlineData("ConnectionStrings:redis: 'nonsense' is not host:port, with options after a comma.", "--ConnectionStrings:redis", "nonsense")]
    public async Task BadInput_GetsOneSentence_AndExitCode2(string sentence, params string[] args) =>
        Assert.Equal((2, sentence), await RunAsync(args));

    [Fact]
    public async Task UnknownSetting_InTheEnvironment_IsRefused()
    {
        var (code, errors) = await RunAsync([], new Dictionary<string, string> { ["Replicas__Cuont"] = "3" });

        Assert.Equal((2, "There is no setting Replicas:Cuont (it is in an environment variable or in appsettings.json); --help lists them."), (code, errors));
    }

    [Theory]
    [InlineData("/proc/nowhere/data")]
    [InlineData("/dev/null/data")]
    public async Task DataFolder_ThatCannotBeWritten_IsRefused(string folder)
    {
        var (code, errors) = await RunAsync(["--Data", folder]);

        Assert.Equal(2, code);
        Assert.StartsWith($"The data folder {folder} cannot be used: ", errors);
        Assert.DoesNotContain('\n', errors);
    }

    [Fact]
    public async Task ClusterKey_ThatIsTooShort_IsRefused()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "cluster.key"), "short");

        var (code, errors) = await RunAsync(["--Data", _folder.Path]);

        Assert.Equal((2, $"The cluster key in {_folder.Path}/cluster.key has fewer than 16 characters."), (code, errors));
    }

    [Fact]
    public async Task SecondAppHost_OnOneFolder_IsRefused()
    {
        await using var first = await AppHostProcess.StartAsync(_folder.Path, ["--Replicas:Count", "1", "--Replicas:Spares", "0"]);

        var (code, errors) = await RunAsync(["--Data", _folder.Path]);

        Assert.Equal((2, $"Another AppHost runs on {_folder.Path}: stop it, or give another folder with --Data."), (code, errors));
        Assert.True(File.Exists(first.ClusterFile));
    }

    [Fact]
    public async Task Help_ListsTheSwitches()
    {
        await using var host = new AppHostProcess(_folder.Path, ["--help"]);

        Assert.Equal(0, (await host.EndAsync()).Code);
        Assert.All(["--Replicas:Count", "--Data", "--Ports", "--Dashboard:Enabled", "--Durability", "--Lab", "--Control:Port", "--ConnectionStrings:redis"], name => Assert.Contains(name, host.Output));
    }

    private async Task<(int Code, string Errors)> RunAsync(string[] args, Dictionary<string, string>? environment = null)
    {
        await using var host = new AppHostProcess(_folder.Path, args, environment);
        var (code, errors) = await host.EndAsync();
        return (code, errors.Trim());
    }
}
