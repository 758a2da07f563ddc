namespace ReplicatedDs.Replica.Storage;

internal static class FolderUsage
{
    public static long Used(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);
        }
        catch (IOException)
        {
            // A file went away between listing and measuring; the next call is as good as this one.
            return 0;
        }
    }

    /// <summary>-1 if the system does not say.</summary>
    public static long Free(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return -1;
        }
    }
}
