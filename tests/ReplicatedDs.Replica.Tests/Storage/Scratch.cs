namespace ReplicatedDs.Replica.Tests.Storage;

/// <summary>A folder of its own that goes away with the test.</summary>
internal sealed class Scratch : IDisposable
{
    public Scratch() => Root = Directory.CreateTempSubdirectory("rds-store-").FullName;

    public string Root { get; }

    public string Folder => Path.Combine(Root, "replica-1");

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
