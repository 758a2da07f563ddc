namespace ReplicatedDs.Orchestration.TestHost;

/// <summary>The test service, found beside this program's own output: tests/X/bin/configuration/framework.</summary>
internal sealed class Service : IProjectMetadata
{
    private const string Name = "ReplicatedDs.TestService";
    private static readonly string Tests = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", ".."));

    public string ProjectPath => Path.Combine(Tests, Name, Name + ".csproj");

    public string? AssemblyPath => Path.Combine(
        Tests, Name, "bin", Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "..", ".."), AppContext.BaseDirectory), Name + ".dll");
}
