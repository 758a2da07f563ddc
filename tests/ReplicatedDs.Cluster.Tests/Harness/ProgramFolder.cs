namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>A folder that holds the named programs of PATH and no others: a PATH without redis-server.</summary>
internal sealed class ProgramFolder : IDisposable
{
    private readonly TestFolder _folder = new();

    public ProgramFolder(params string[] programs)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")!.Split(':', StringSplitOptions.RemoveEmptyEntries);
        foreach (var program in programs)
        {
            File.CreateSymbolicLink(
                System.IO.Path.Combine(_folder.Path, program), folders.Select(folder => System.IO.Path.Combine(folder, program)).First(File.Exists));
        }
    }

    public string Path => _folder.Path;

    public void Dispose() => _folder.Dispose();
}
