using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Tests.Storage;

public sealed class DiskSyncTests
{
    [Fact]
    public void File_OfAnOrdinaryFile_Succeeds()
    {
        using var scratch = new Scratch();
        var path = Path.Combine(scratch.Root, "file");
        File.WriteAllText(path, "content");
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        DiskSync.File(file, path);
        DiskSync.Folder(scratch.Root);
    }

    [Fact]
    public void File_ThatCannotBeSynced_IsToldWithThePath()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // the device is there, but what it answers is not said anywhere
        }

        using var file = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        var exception = Assert.Throws<IOException>(() => DiskSync.File(file, "/dev/null"));
        Assert.Contains("/dev/null cannot be synced", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_ThatIsNotThere_IsTold()
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Throws<IOException>(() => DiskSync.Folder("/there/is/no/such/folder"));
        }
    }
}
