namespace ReplicatedDs.Client.Calls;

/// <summary>One operation, as every attempt sends it.</summary>
/// <param name="Name">Its name in traces and metrics.</param>
/// <param name="Path">Path and query, escaped.</param>
internal sealed record Call(string Name, HttpMethod Method, string Path)
{
    public ReadOnlyMemory<byte>? Body { get; init; }

    public string? ContentType { get; init; }

    /// <value>The condition of a write, as a header.</value>
    public (string Name, string Value)? Condition { get; init; }

    /// <value>Set on writes: under it a replica does the operation once, however often it arrives.</value>
    public string? IdempotencyKey { get; init; }

    /// <value>A 404 <c>no-such-key</c> is an answer, and no error.</value>
    public bool MayBeAbsent { get; init; }

    /// <value>The call needs the cluster's key.</value>
    public bool IsOperators { get; init; }

    /// <value>Never repeated: an operator wants to know at once.</value>
    public bool IsOnce { get; init; }

    /// <value>It changes something, so that an attempt without an answer may have done it.</value>
    public bool IsWrite => Method != HttpMethod.Get && !IsRead;

    /// <value>Reads although its method is POST.</value>
    public bool IsRead { get; init; }

    public static string NewIdempotencyKey() => Guid.NewGuid().ToString("N");

    public HttpRequestMessage ToRequest(Uri replica)
    {
        var request = new HttpRequestMessage(Method, new Uri(replica, Path));
        if (Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            if (ContentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
            }
        }

        else if (IsWrite)
        {
            // Without a content the handler beneath sends a request again by itself when its connection breaks, and if nobody listens any more it
            // reports just that: a write that was carried out would count as never sent.
            request.Content = new ByteArrayContent([]);
        }

        if (Condition is { } condition)
        {
            request.Headers.TryAddWithoutValidation(condition.Name, condition.Value);
        }

        if (IdempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", IdempotencyKey);
        }

        return request;
    }
}
