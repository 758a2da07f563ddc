namespace ReplicatedDs.Replica.Storage;

/// <summary>Replaces small files so that after a crash at any instruction the old or the new content is there, whole.</summary>
internal static class AtomicFile
{
    /// <summary>Durable on return: content, then name.</summary>
    /// <exception cref="IOException">It is not, or nobody can say.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        using (var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(handle, content, 0);
            DiskSync.File(handle, temporary);
        }

        File.Move(temporary, path, overwrite: true);
        DiskSync.Folder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
