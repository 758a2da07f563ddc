namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>What the receiver takes at most. Whatever is sent, the dashboard needs no more memory than these allow.</summary>
internal static class OtlpLimits
{
    /// <summary>Of a request's body as it is sent.</summary>
    public const int BodyBytesMax = 4 << 20;

    /// <summary>Of a body when unpacked.</summary>
    public const int UnpackedBytesMax = 16 << 20;

    /// <summary>Messages and texts in one body. A few bytes on the wire become an object of a hundred.</summary>
    public const int ElementsMax = 400_000;

    /// <summary>Messages in messages in one body.</summary>
    public const int DepthMax = 24;

    /// <summary>Requests that are unpacked and read at the same time.</summary>
    public const int RequestsAtOnce = 4;

    /// <summary>How long a request waits for its turn.</summary>
    public static readonly TimeSpan TurnTimeout = TimeSpan.FromSeconds(2);

    public const int TracesMax = 10_000;

    /// <summary>Of those, the ones without an update that may stay while there is no room.</summary>
    public const int OtherTracesMax = 1_000;

    public const int SpansPerTraceMax = 512;

    /// <summary>Of all spans, as estimated.</summary>
    public const long BytesMax = 96L << 20;

    public const int AttributesMax = 32;

    /// <summary>Of the values of one span's attributes, in memory.</summary>
    public const int AttributeBytesMax = 32 << 10;

    public const int LinksMax = 16;

    public const int TextMax = 1_024;

    public const int NameMax = 128;

    public const int ArrayMax = 16;
}
