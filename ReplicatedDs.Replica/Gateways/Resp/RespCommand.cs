namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>A command: what it takes and what it does. Exactly one of <see cref="Data"/> and <see cref="Session"/> is set.</summary>
/// <param name="Name">In capitals.</param>
/// <param name="Arity">Its words, the name included; negative: at least so many.</param>
/// <param name="Group">As in Redis's documentation.</param>
internal sealed record RespCommand(string Name, int Arity, string Group, string Summary)
{
    /// <summary>The place of the first key, 0 if it names none; the place of the last, negative from the end; and how far apart they are.</summary>
    public (int First, int Last, int Step) Keys { get; init; }

    public bool IsWrite { get; init; }

    /// <summary>Whether all that it does is to read the keys that it names.</summary>
    public bool IsRead => Data is not null && !IsWrite && Keys.First > 0;

    /// <summary>Whether a connection that has not shown a key may send it where there are keys.</summary>
    public bool IsOfStrangers { get; init; }

    /// <summary>Whether MULTI takes it.</summary>
    public bool IsQueued { get; init; }

    /// <summary>Whether it is carried out at once, though a MULTI was begun.</summary>
    public bool IsOfTransactions { get; init; }

    /// <summary>Whether a connection in RESP2 that has subscribed may send it.</summary>
    public bool IsOfSubscribers { get; init; }

    /// <summary>Reads and writes keys; gives the reply, or <c>null</c> for the sum of the effects of what it wrote.</summary>
    public Func<RespTransaction, byte[][], RespReply?>? Data { get; init; }

    /// <summary>Whatever else; <c>null</c> if it has answered already.</summary>
    public Func<RespSession, byte[][], ValueTask<RespReply?>>? Session { get; init; }

    public bool Takes(int words) => Arity < 0 ? words >= -Arity : words == Arity;
}
