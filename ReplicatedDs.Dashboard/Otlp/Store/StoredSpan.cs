namespace ReplicatedDs.Dashboard.Otlp.Store;

/// <summary>A span as it is kept. Times are nanoseconds since the Unix epoch, by the sender's clock.</summary>
/// <param name="Problem">Why it failed; <c>null</c>: it did not.</param>
internal sealed record StoredSpan(
    string TraceId,
    string SpanId,
    string? ParentId,
    string Name,
    string Service,
    long Start,
    long End,
    string? Problem,
    KeyValuePair<string, object>[] Attributes,
    SpanLink[] Links)
{
    private const int OwnBytes = 320;

    /// <summary>What it takes in memory, roughly.</summary>
    public int Bytes { get; } = OwnBytes + Attributes.Sum(attribute => 40 + Size(attribute.Value)) + (Links.Length * 160);

    public string? Text(string name) => Find(name) as string;

    public long? Number(string name) => Find(name) as long?;

    public string[] Texts(string name) => Find(name) as string[] ?? [];

    private object? Find(string name)
    {
        foreach (var (key, value) in Attributes)
        {
            if (key == name)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>What a value takes in memory, roughly.</summary>
    public static int Size(object value) => value switch
    {
        string text => 24 + (2 * text.Length),
        string[] texts => texts.Sum(text => 32 + (2 * text.Length)),
        _ => 24,
    };
}
