using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>Sets.</summary>
internal static class SetCommands
{
    public static RespCommand[] All { get; } =
    [
        Command("SADD", -3, "Adds members; one that another replica removes at the same time stays.", Add) with { IsWrite = true },
        Command("SREM", -3, "Removes members that are here.", Remove) with { IsWrite = true },
        Command("SISMEMBER", 3, "Whether a set has a member.", (transaction, words) =>
            RespReply.Integer(Set(transaction, words)?.Members.Contains(Words.Member(words, 2)) == true ? 1 : 0)),
        Command("SMEMBERS", 2, "The members of a set, in order.", (transaction, words) => Members(Set(transaction, words))),
        Command("SCARD", 2, "How many members a set has.", (transaction, words) => RespReply.Integer(Set(transaction, words)?.Members.Count ?? 0)),
        Command("SSCAN", -3, "The members of a set that match, all at once.", Scan),
    ];

    /// <exception cref="RespException">It is none.</exception>
    private static KeyState? Set(RespTransaction transaction, byte[][] words)
    {
        var state = transaction.Read(words[1]);
        return state is null or { Kind: ValueKind.Set } ? state : throw RespException.WrongType();
    }

    private static RespReply Members(KeyState? state) => state is null
        ? RespReply.Of(RespKind.Set, 0, [])
        : RespReply.Of(RespKind.Set, state.Members.Count, state.Members.Names.Select(RespReply.Bulk));

    private static RespReply? Add(RespTransaction transaction, byte[][] words) => Change(transaction, words, (key, member) => new AddOperation(key, member));

    private static RespReply? Remove(RespTransaction transaction, byte[][] words) => Change(transaction, words, (key, member) => new RemoveOperation(key, member));

    private static RespReply? Change(RespTransaction transaction, byte[][] words, Func<string, string, KeyOperation> make)
    {
        var key = Words.Key(words, 1);
        var operations = new List<KeyOperation>(words.Length - 2);
        for (var i = 2; i < words.Length; i++)
        {
            operations.Add(make(key, Words.Member(words, i)));
        }

        operations.ForEach(transaction.Write);
        return null;
    }

    private static RespReply Scan(RespTransaction transaction, byte[][] words)
    {
        var options = ScanOptions.Of(words, 2);
        var names = options.IsNothing || Set(transaction, words) is not { } state || options.Cursor != 0
            ? []
            : state.Members.Names.Where(options.Takes).Select(RespReply.Bulk).ToArray();
        return RespReply.Array(RespReply.Bulk("0"), RespReply.Array(names));
    }

    private static RespCommand Command(string name, int arity, string summary, Func<RespTransaction, byte[][], RespReply?> data) =>
        new(name, arity, "set", summary) { Data = data, Keys = (1, 1, 1), IsQueued = true };
}
