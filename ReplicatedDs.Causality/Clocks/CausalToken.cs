using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Causality.Clocks;

/// <summary>
/// What a client's session has seen, as text that the client carries from replica to replica: base64url of a version byte, a clock and a
/// keyed hash over both and the cluster's id. The hash keeps garbage and other clusters' tokens out of clocks, where they would stay.
/// </summary>
public sealed class CausalToken
{
    private const byte Version = 1;
    private const int HashBytes = 12;
    private const int TextMax = 8 << 10;

    private CausalToken()
    {
    }

    /// <exception cref="ArgumentException">The clock has more entries than fit into the longest text that <see cref="TryRead"/> takes.</exception>
    public static string Write(VectorClock clock, ReadOnlySpan<byte> clusterSecret, string clusterId)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(clusterId);
        var buffer = new ArrayBufferWriter<byte>(256);
        buffer.WriteByte(Version);
        buffer.WriteClock(clock);
        Span<byte> hash = stackalloc byte[HashBytes];
        Hash(buffer.WrittenSpan, clusterSecret, clusterId, hash);
        buffer.Write(hash);
        var text = Base64Url.EncodeToString(buffer.WrittenSpan);
        return text.Length <= TextMax ? text : throw new ArgumentException($"A clock with {clock.Count} entries does not fit into a token.", nameof(clock));
    }

    /// <summary>False for anything that this cluster has not written.</summary>
    public static bool TryRead(string text, ReadOnlySpan<byte> clusterSecret, string clusterId, out VectorClock clock)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(clusterId);
        clock = VectorClock.Empty;
        if (text.Length > TextMax || !Base64Url.IsValid(text))
        {
            return false;
        }

        var bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length <= HashBytes)
        {
            return false;
        }

        var content = bytes.AsSpan(0, bytes.Length - HashBytes);
        Span<byte> hash = stackalloc byte[HashBytes];
        Hash(content, clusterSecret, clusterId, hash);
        if (!CryptographicOperations.FixedTimeEquals(hash, bytes.AsSpan(content.Length)))
        {
            return false;
        }

        return TryReadClock(content, out clock);
    }

    /// <summary>
    /// Reads what a token says without the secret that would tell whether it is true: enough for a client to compare tokens of its own. False for
    /// what has not the form of a token.
    /// </summary>
    public static bool TryPeek(string text, out VectorClock clock)
    {
        ArgumentNullException.ThrowIfNull(text);
        clock = VectorClock.Empty;
        if (text.Length > TextMax || !Base64Url.IsValid(text))
        {
            return false;
        }

        var bytes = Base64Url.DecodeFromChars(text);
        return bytes.Length > HashBytes && TryReadClock(bytes.AsSpan(0, bytes.Length - HashBytes), out clock);
    }

    private static bool TryReadClock(ReadOnlySpan<byte> content, out VectorClock clock)
    {
        try
        {
            var reader = new WireReader(content);
            reader.ExpectVersion(Version, "causal token");
            clock = reader.ReadClock();
            reader.ExpectEnd("causal token");
            return true;
        }
        catch (WireFormatException)
        {
            clock = VectorClock.Empty;
            return false;
        }
    }

    /// <summary>The cluster id comes behind its length, so that no two pairs of id and content give one input.</summary>
    private static void Hash(ReadOnlySpan<byte> content, ReadOnlySpan<byte> secret, string clusterId, Span<byte> target)
    {
        var input = new ArrayBufferWriter<byte>(content.Length + clusterId.Length + 8);
        input.WriteText(clusterId, WireLimits.TextBytesMax, "cluster id");
        input.Write(content);
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, input.WrittenSpan, full);
        full[..HashBytes].CopyTo(target);
    }
}
