using System.Diagnostics;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>A file system of its own, so small that it can be filled. Needs the right to mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TestFolder _folder;

    private SmallDisk(TestFolder folder) => _folder = folder;

    public string Path => _folder.Path;

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    public static SmallDisk Mount(int megabytes)
    {
        var folder = new TestFolder();
        try
        {
            Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "replicated-ds-test", folder.Path);
            return new SmallDisk(folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Takes all room that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        foreach (var size in new[] { 1 << 16, 1 << 12, 1 })
        {
            var piece = new byte[size];
            try
            {
                while (true)
                {
                    file.Write(piece);
                }
            }
            catch (IOException)
            {
                // Full, for pieces of this size.
            }
        }
    }

    public void Free() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "--lazy", Path);
        _folder.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new XunitException($"This test needs a small file system of its own, and '{program}' failed (as root it works): {error.Trim()}");
        }
    }
}
