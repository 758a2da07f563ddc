namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>The channels and patterns that a connection has subscribed to. Nothing is ever published: client libraries subscribe on connect.</summary>
internal sealed class Subscriptions
{
    private const int Max = 1024;

    private List<string>? _channels;
    private List<string>? _patterns;

    public int Count => (_channels?.Count ?? 0) + (_patterns?.Count ?? 0);

    public IReadOnlyList<string> Of(bool isPattern) => (isPattern ? _patterns : _channels) ?? [];

    /// <exception cref="RespException">There are too many.</exception>
    public void Add(string channel, bool isPattern)
    {
        var list = isPattern ? _patterns ??= [] : _channels ??= [];
        if (list.Contains(channel))
        {
            return;
        }

        if (Count == Max)
        {
            throw new RespException($"ERR a connection subscribes to at most {Max} channels");
        }

        list.Add(channel);
    }

    public void Remove(string channel, bool isPattern) => (isPattern ? _patterns : _channels)?.Remove(channel);
}
