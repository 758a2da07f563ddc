namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>An empty folder that goes with its owner.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("replicated-ds-test-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
