namespace ReplicatedDs.Client.Api;

/// <summary>The data folder.</summary>
/// <param name="FreeBytes">Free space of its file system.</param>
public sealed record DiskView(string Folder, long UsedBytes, long FreeBytes, bool IsWritable);
