using System.Globalization;
using System.Text.Json;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Storage;

/// <summary><c>identity.json</c>: exists exactly while the folder has a live identity. Others (the AppHost) read it too.</summary>
internal static class IdentityFile
{
    public const string Name = "identity.json";

    /// <param name="isVolatile">Whether it belongs to a process in memory mode: then it is void once that process has ended.</param>
    public static void Write(string folder, ReplicaIdentity identity, bool isVolatile)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("clusterId", identity.ClusterId);
            json.WriteNumber("id", identity.Id.Value);
            json.WriteString("incarnation", identity.Incarnation.ToString());
            if (isVolatile)
            {
                json.WriteBoolean("volatile", true);
            }

            json.WriteEndObject();
        }

        AtomicFile.Replace(Path.Combine(folder, Name), buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary><c>null</c> if there is none.</summary>
    /// <exception cref="StorageUnavailableException">It is damaged.</exception>
    public static (ReplicaIdentity Identity, bool IsVolatile)? Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            var clusterId = root.GetProperty("clusterId").GetString();
            var id = root.GetProperty("id").GetInt32();
            var isVolatile = root.TryGetProperty("volatile", out var mark) && mark.GetBoolean();
            if (clusterId is { Length: 32 }
                && UInt128.TryParse(clusterId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _)
                && id >= 1
                && Incarnation.TryParse(root.GetProperty("incarnation").GetString(), out var incarnation))
            {
                return (new ReplicaIdentity(clusterId, new ReplicaId(id), incarnation), isVolatile);
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Damaged(path, exception);
        }

        throw Damaged(path, null);
    }

    public static void Delete(string folder)
    {
        File.Delete(Path.Combine(folder, Name));
        DiskSync.Folder(folder);
    }

    private static StorageUnavailableException Damaged(string path, Exception? inner) => new(
        $"{path} is damaged: restore it from a copy, or move its folder aside and let the replica join anew.", isFull: false, inner);
}
