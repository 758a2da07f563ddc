using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

public sealed class AppHostInputTests
{
    [Theory]
    [InlineData("--Bogus", "--Bogus", "1")]
    [InlineData("--x", "--x")]
    [InlineData("--Replicas:Cuont", "--Replicas:Cuont", "3")]
    [InlineData("needs a value", "--Replicas:Count")]
    [InlineData("three", "--Replicas:Count", "three")]
    [InlineData("-1", "--Replicas:Count", "-1")]
    [InlineData("1000000", "--Replicas:Spares", "1000000")]
    [InlineData("sometimes", "--Durability", "sometimes")]
    [InlineData("odd", "--Ports=odd")]
    [InlineData("perhaps", "--Lab", "perhaps")]
    [InlineData("nowhere", "--ConnectionStrings:redis", "nowhere")]
    [InlineData("stray", "stray")]
    public async Task Switch_WhenUnknownOrBad_IsRefusedWithASentence(string part, params string[] arguments)
    {
        using var folder = new TestFolder();
        Refusal.Check(await ProgramProcess.RunAsync(Programs.AppHost, arguments, workingFolder: folder.Path), part);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("Replicas__Count", "many")]
    [InlineData("Replicas__Cuont", "3")]
    public async Task EnvironmentVariable_WhenUnknownOrBad_IsRefusedWithASentence(string name, string value)
    {
        using var folder = new TestFolder();
        var process = await ProgramProcess.RunAsync(Programs.AppHost, [], new Dictionary<string, string> { [name] = value }, folder.Path);
        Refusal.Check(process, name.Replace("__", ":", StringComparison.Ordinal));
    }

    /// <summary>Modes do not stop root, so these are folders that nobody can make.</summary>
    [Theory]
    [InlineData("file/below")]
    [InlineData("file")]
    [InlineData("/proc/replicated-ds")]
    public async Task DataFolder_WhenItCannotBeWritten_IsRefusedWithASentence(string path)
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "file"), "not a folder");
        var process = await ProgramProcess.RunAsync(Programs.AppHost, ["--Data", path, "--Ports", "auto"], workingFolder: folder.Path);
        Refusal.Check(process, Path.Combine(folder.Path, path));
        Assert.Equal("not a folder", await File.ReadAllTextAsync(Path.Combine(folder.Path, "file")));
    }
}
