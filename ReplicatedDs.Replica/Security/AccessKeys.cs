using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Security;

/// <summary>
/// Who may do what, by the secret that a caller presents. The cluster's key is an operator's. Without a file of keys everybody who reaches the port may
/// read and write, which is why a replica then listens on loopback only.
/// </summary>
public sealed class AccessKeys
{
    /// <summary>The shortest key that is taken.</summary>
    public const int LengthMin = 16;

    private readonly ImmutableArray<(string Name, AccessRole Role, byte[] Digest)> _keys;

    private AccessKeys(ImmutableArray<(string Name, AccessRole Role, byte[] Digest)> keys, bool isOpen) => (_keys, IsOpen) = (keys, isOpen);

    /// <summary>Whether callers without a key may read and write.</summary>
    public bool IsOpen { get; }

    /// <summary>What a caller may do who presents nothing.</summary>
    public AccessRole Anybody => IsOpen ? AccessRole.Write : AccessRole.None;

    /// <summary>
    /// Reads the file of keys: <c>{"keys":[{"name":"shop","role":"write","key":"…"}]}</c>, with <c>"sha256"</c> (hexadecimal) in the place of <c>"key"</c> where
    /// the file shall not hold the secret itself.
    /// </summary>
    /// <param name="file"><c>null</c>: there is none.</param>
    /// <param name="cluster">The cluster's key, and the one before it.</param>
    /// <exception cref="ConfigurationException">The file cannot be read or makes no sense; the message never quotes a key.</exception>
    public static AccessKeys Read(string? file, ClusterKeys cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var keys = ImmutableArray.CreateBuilder<(string, AccessRole, byte[])>();
        keys.AddRange(cluster.All.Select(key => ("cluster key", AccessRole.Operate, SHA256.HashData(key.Span))));
        if (file is null)
        {
            return new AccessKeys(keys.ToImmutable(), isOpen: true);
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var entry in json.RootElement.GetProperty("keys").EnumerateArray())
            {
                keys.Add(Read(entry, file));
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ConfigurationException($"Security:KeysFile {file} must read {{\"keys\":[{{\"name\":\"...\",\"role\":\"read|write|operate\",\"key\":\"...\"}}]}}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"Security:KeysFile cannot be read: {exception.Message}", exception);
        }

        return new AccessKeys(keys.ToImmutable(), isOpen: false);
    }

    /// <summary>What the presented secret allows, and which key it is; -1: none. All keys are compared, each in constant time.</summary>
    internal (AccessRole Role, int Key) Find(ReadOnlySpan<byte> presented)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(presented, digest);
        var found = (Role: AccessRole.None, Key: -1);
        for (var i = 0; i < _keys.Length; i++)
        {
            if (CryptographicOperations.FixedTimeEquals(digest, _keys[i].Digest) && _keys[i].Role > found.Role)
            {
                found = (_keys[i].Role, i);
            }
        }

        return found;
    }

    private static (string, AccessRole, byte[]) Read(JsonElement entry, string file)
    {
        var name = entry.GetProperty("name").GetString() ?? "";
        var role = entry.GetProperty("role").GetString() switch
        {
            "read" => AccessRole.Read,
            "write" => AccessRole.Write,
            "operate" => AccessRole.Operate,
            _ => throw new ConfigurationException($"Security:KeysFile {file}: the role of '{name}' has to be read, write or operate."),
        };
        if (entry.TryGetProperty("sha256", out var hash))
        {
            return hash.GetString() is { Length: 2 * SHA256.HashSizeInBytes } hex && hex.All(char.IsAsciiHexDigit)
                ? (name, role, Convert.FromHexString(hex))
                : throw new ConfigurationException($"Security:KeysFile {file}: the sha256 of '{name}' has to be {2 * SHA256.HashSizeInBytes} hexadecimal digits.");
        }

        return entry.GetProperty("key").GetString() is { Length: >= LengthMin } key
            ? (name, role, SHA256.HashData(Encoding.UTF8.GetBytes(key)))
            : throw new ConfigurationException($"Security:KeysFile {file}: the key of '{name}' has fewer than {LengthMin} characters.");
    }
}
