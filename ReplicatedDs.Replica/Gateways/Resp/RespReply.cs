using System.Text;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>One reply, before it is known in which version of the protocol it goes out. Immutable.</summary>
internal sealed class RespReply
{
    public static readonly RespReply Ok = Simple("OK");
    public static readonly RespReply Queued = Simple("QUEUED");
    public static readonly RespReply Null = new(RespKind.Null);
    public static readonly RespReply NullArray = new(RespKind.NullArray);

    private static readonly RespReply[] SmallNumbers = [.. Enumerable.Range(0, 64).Select(number => new RespReply(RespKind.Integer) { Number = number })];

    private RespReply(RespKind kind) => Kind = kind;

    public RespKind Kind { get; }

    /// <summary>The bytes of what is a string.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private init; }

    /// <summary>The integer; of an aggregate how many elements it has, a map's keys and values counted each.</summary>
    public long Number { get; private init; }

    /// <summary>The elements of an aggregate, enumerated once, when the reply is written: an answer about all keys is never held whole.</summary>
    public IEnumerable<RespReply> Items { get; private init; } = [];

    /// <summary>About how much is held while the reply waits to be written.</summary>
    public long Size => Bytes.Length + 64 + (32 * (Items is RespReply[]? Number : 0));

    public static RespReply Simple(string text) => new(RespKind.Simple) { Bytes = Encoding.UTF8.GetBytes(text) };

    /// <param name="text">Starts with a code; line ends become spaces.</param>
    public static RespReply Error(string text) => new(RespKind.Error) { Bytes = Encoding.UTF8.GetBytes(text.ReplaceLineEndings(" ").Replace('\r', ' ').Replace('\n', ' ')) };

    public static RespReply Integer(long number) => (ulong)number < (ulong)SmallNumbers.Length ? SmallNumbers[number] : new RespReply(RespKind.Integer) { Number = number };

    public static RespReply Bulk(ReadOnlyMemory<byte> bytes) => new(RespKind.Bulk) { Bytes = bytes };

    public static RespReply Bulk(string text) => Bulk(Encoding.UTF8.GetBytes(text));

    public static RespReply Text(string text) => new(RespKind.Text) { Bytes = Encoding.UTF8.GetBytes(text) };

    public static RespReply Array(params RespReply[] items) => Of(RespKind.Array, items.Length, items);

    public static RespReply Map(params RespReply[] keysAndValues) => Of(RespKind.Map, keysAndValues.Length, keysAndValues);

    public static RespReply Push(params RespReply[] items) => Of(RespKind.Push, items.Length, items);

    /// <param name="count">Exactly as many as <paramref name="items"/> gives.</param>
    public static RespReply Of(RespKind kind, long count, IEnumerable<RespReply> items) => new(kind) { Number = count, Items = items };
}
