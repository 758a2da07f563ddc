namespace ReplicatedDs.Orchestration.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("rds-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
