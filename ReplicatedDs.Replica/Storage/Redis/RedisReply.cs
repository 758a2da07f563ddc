using System.Text;

namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>What a Redis server answered. At most one of the parts is there; none of them: nothing under that name.</summary>
internal sealed record RedisReply(byte[]? Bytes, long? Integer, IReadOnlyList<RedisReply>? Items, string? Error)
{
    public static readonly RedisReply Nothing = new(null, null, null, null);

    /// <summary>A status or a short string.</summary>
    public string Text => Bytes is null ? "" : Encoding.UTF8.GetString(Bytes);

    /// <summary>The first word of an error, such as <c>MOVED</c>.</summary>
    public string? ErrorCode => Error is { } error ? error.Split(' ', 2)[0] : null;
}
