namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>Subscriptions, which client libraries make when they connect. Nothing is published.</summary>
internal static class PubSubCommands
{
    public static RespCommand[] All { get; } =
    [
        Command("SUBSCRIBE", -2, "Accepted on any channel.", isPattern: false, isOn: true),
        Command("UNSUBSCRIBE", -1, "Ends subscriptions.", isPattern: false, isOn: false),
        Command("PSUBSCRIBE", -2, "Accepted for any pattern.", isPattern: true, isOn: true),
        Command("PUNSUBSCRIBE", -1, "Ends subscriptions.", isPattern: true, isOn: false),
    ];

    private static RespCommand Command(string name, int arity, string summary, bool isPattern, bool isOn) => new(name, arity, "pubsub", summary)
    {
        Session = (session, words) => ChangeAsync(session, words, RespReply.Bulk(name.ToLowerInvariant()), isPattern, isOn),
        IsOfSubscribers = true,
    };

    private static async ValueTask<RespReply?> ChangeAsync(RespSession session, byte[][] words, RespReply kind, bool isPattern, bool isOn)
    {
        var subscriptions = session.Subscriptions;
        string[] channels = words.Length > 1 ? [.. words.Skip(1).Select(Words.Text)] : [.. subscriptions.Of(isPattern)];
        foreach (var channel in channels)
        {
            if (isOn)
            {
                subscriptions.Add(channel, isPattern);
            }
            else
            {
                subscriptions.Remove(channel, isPattern);
            }

            await session.AnswerAsync(RespReply.Push(kind, RespReply.Bulk(channel), RespReply.Integer(subscriptions.Count))).ConfigureAwait(false);
        }

        return channels.Length > 0 ? null : RespReply.Push(kind, RespReply.Null, RespReply.Integer(subscriptions.Count));
    }
}
