using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>Keys, whatever they hold.</summary>
internal static class KeyCommands
{
    // Deleted keys may lie in long rows until they are collected; a page ends all the same.
    private const int LookedAtPerCount = 100;

    public static RespCommand[] All { get; } =
    [
        Command("DEL", -2, "Deletes keys, together.", Delete) with { Keys = (1, -1, 1), IsWrite = true },
        Command("UNLINK", -2, "The same.", Delete) with { Keys = (1, -1, 1), IsWrite = true },
        Command("EXISTS", -2, "How many of the keys have a value.", Exists) with { Keys = (1, -1, 1) },
        Command("TYPE", 2, "What a key holds: string, set or none.", (transaction, words) => RespReply.Simple(TypeOf(transaction.Read(words[1])))),
        new("KEYS", 2, "generic", "All keys that match, in order.") { Session = KeysAsync },
        new("SCAN", -2, "generic", "Keys in order, page by page.") { Session = ScanAsync },
        new("DBSIZE", 1, "server", "How many keys have a value.") { Session = SizeAsync },
    ];

    public static string TypeOf(KeyState? state) => state?.Kind switch
    {
        null or ValueKind.Absent => "none",
        ValueKind.Set => "set",
        _ => "string",
    };

    private static RespReply? Delete(RespTransaction transaction, byte[][] words)
    {
        var operations = new List<KeyOperation>(words.Length - 1);
        for (var i = 1; i < words.Length; i++)
        {
            operations.Add(new DeleteOperation(Words.Key(words, i)));
        }

        operations.ForEach(transaction.Write);
        return null;
    }

    private static RespReply Exists(RespTransaction transaction, byte[][] words)
    {
        var count = 0;
        for (var i = 1; i < words.Length; i++)
        {
            count += transaction.Read(words[i]) is null ? 0 : 1;
        }

        return RespReply.Integer(count);
    }

    private static async ValueTask<RespReply?> KeysAsync(RespSession session, byte[][] words)
    {
        var root = await session.RootAsync().ConfigureAwait(false);
        session.Saw(root.Delivered);
        if (Words.Pattern(words[1]) is not { } pattern)
        {
            return RespReply.Array();
        }

        // It takes long: the thread that hears from the sockets must not wait for it.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        // Counted first and enumerated again while it is written: the root never changes, and the keys are not held twice.
        var prefix = pattern.Prefix();
        var keys = root.Keys.From(prefix)
            .TakeWhile(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Where(pair => pair.Value.IsPresent && pattern.Matches(pair.Key));
        return RespReply.Of(RespKind.Array, keys.LongCount(), keys.Select(pair => RespReply.Bulk(pair.Key)));
    }

    private static async ValueTask<RespReply?> ScanAsync(RespSession session, byte[][] words)
    {
        var options = ScanOptions.Of(words, 1);
        var after = options.Cursor == 0 ? "" : session.Server.Cursors.Find(options.Cursor) ?? throw new RespException("ERR invalid cursor: that scan is over, or was forgotten; begin again with 0");
        var root = await session.RootAsync().ConfigureAwait(false);
        session.Saw(root.Delivered);
        var found = new List<RespReply>();
        var lookedAt = 0;
        string? last = null;
        foreach (var (key, state) in options.IsNothing ? [] : root.Keys.From(after))
        {
            if (key == after)
            {
                continue;
            }

            if (last is not null && (lookedAt >= options.Count * LookedAtPerCount || found.Count >= options.Count))
            {
                return Page(session.Server.Cursors.Add(last, options.Cursor), found);
            }

            lookedAt++;
            last = key;
            if (options.Takes(key, state))
            {
                found.Add(RespReply.Bulk(key));
            }
        }

        return Page(0, found);
    }

    private static RespReply Page(long cursor, List<RespReply> keys) => RespReply.Array(
        RespReply.Bulk(cursor.ToString(System.Globalization.CultureInfo.InvariantCulture)), RespReply.Array([.. keys]));

    private static async ValueTask<RespReply?> SizeAsync(RespSession session, byte[][] words)
    {
        var root = await session.RootAsync().ConfigureAwait(false);
        session.Saw(root.Delivered);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // as KEYS
        return RespReply.Integer(Count(root));
    }

    public static long Count(Causality.Core.ReplicaState root) => root.Keys.All.LongCount(pair => pair.Value.IsPresent);

    private static RespCommand Command(string name, int arity, string summary, Func<RespTransaction, byte[][], RespReply?> data) =>
        new(name, arity, "generic", summary) { Data = data, Keys = (1, 1, 1), IsQueued = true };
}
