using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>Registers and counters.</summary>
internal static class StringCommands
{
    private const string NoExpiry = "ERR a value that expires cannot be causal: it vanishes by no write; leave out EX, PX, EXAT and PXAT, and delete it when it is over";

    public static RespCommand[] All { get; } =
    [
        Read("GET", 2, "The value of a key.", Get),
        Read("MGET", -2, "The values of keys, all at one causal cut.", MultiGet) with { Keys = (1, -1, 1) },
        Read("STRLEN", 2, "The length of a value.", (transaction, words) => RespReply.Integer(Content(transaction.Read(words[1])).Length)),
        Write("SET", -3, "Sets a value; NX, XX and GET as in Redis.", Set),
        Write("GETSET", 3, "Sets a value and gives the old one.", GetSet),
        Write("SETNX", 3, "Sets a value where there is none.", SetIfAbsent),
        Write("MSET", -3, "Sets several values, visible together everywhere.", MultiSet) with { Keys = (1, -1, 2) },
        Write("MSETNX", -3, "The same if none of the keys has a value.", MultiSetIfAbsent) with { Keys = (1, -1, 2) },
        Write("APPEND", 3, "Adds bytes to the end of a value.", Append),
        Write("GETDEL", 2, "Deletes a key and gives its value.", GetDelete),
        Write("INCR", 2, "Counts up by 1.", (transaction, words) => Increment(transaction, words, 1)),
        Write("DECR", 2, "Counts down by 1.", (transaction, words) => Increment(transaction, words, -1)),
        Write("INCRBY", 3, "Counts up.", (transaction, words) => Increment(transaction, words, Words.Integer(words[2]))),
        Write("DECRBY", 3, "Counts down.", Decrement),
    ];

    /// <exception cref="RespException">It is a set.</exception>
    private static ReadOnlyMemory<byte> Content(KeyState? state) => state?.Kind switch
    {
        null => default,
        ValueKind.Set => throw RespException.WrongType(),
        _ => state.ToBytes(),
    };

    private static RespReply Reply(RespTransaction transaction, KeyState? state) =>
        state is null ? RespReply.Null : RespReply.Bulk(transaction.Needs(Content(state)));

    private static RespReply Get(RespTransaction transaction, byte[][] words) => Reply(transaction, transaction.Read(words[1]));

    private static RespReply MultiGet(RespTransaction transaction, byte[][] words)
    {
        var replies = new RespReply[words.Length - 1];
        for (var i = 0; i < replies.Length; i++)
        {
            if (i % RespReadahead.Max == 0)
            {
                transaction.LookAhead(words.AsSpan(i + 1));
            }

            // As in Redis: what is no string is no error here.
            var state = transaction.Read(words[i + 1]);
            replies[i] = state is null || state.Kind == ValueKind.Set ? RespReply.Null : Reply(transaction, state);
        }

        return RespReply.Array(replies);
    }

    private static RespReply Set(RespTransaction transaction, byte[][] words)
    {
        var (key, value) = (Words.Key(words, 1), transaction.Value(words[2]));
        bool ifAbsent = false, ifPresent = false, getsOld = false;
        for (var i = 3; i < words.Length; i++)
        {
            if (Words.Is(words[i], "NX"))
            {
                ifAbsent = true;
            }
            else if (Words.Is(words[i], "XX"))
            {
                ifPresent = true;
            }
            else if (Words.Is(words[i], "GET"))
            {
                getsOld = true;
            }
            else if (Words.Is(words[i], "EX") || Words.Is(words[i], "PX") || Words.Is(words[i], "EXAT") || Words.Is(words[i], "PXAT"))
            {
                throw new RespException(NoExpiry);
            }
            else if (!Words.Is(words[i], "KEEPTTL"))
            {
                throw RespException.Syntax();
            }
        }

        if (ifAbsent && ifPresent)
        {
            throw RespException.Syntax();
        }

        if (!ifAbsent && !ifPresent && !getsOld)
        {
            transaction.Write(new SetOperation(key, value, null));
            return RespReply.Ok;
        }

        var old = transaction.Read(key);
        var reply = getsOld ? Reply(transaction, old) : null;
        if ((old is null && ifPresent) || (old is not null && ifAbsent))
        {
            return reply ?? RespReply.Null;
        }

        transaction.Write(new SetOperation(key, value, null));
        return reply ?? RespReply.Ok;
    }

    private static RespReply GetSet(RespTransaction transaction, byte[][] words)
    {
        var key = Words.Key(words, 1);
        var old = Reply(transaction, transaction.Read(key));
        transaction.Write(new SetOperation(key, transaction.Value(words[2]), null));
        return old;
    }

    private static RespReply SetIfAbsent(RespTransaction transaction, byte[][] words)
    {
        var (key, value) = (Words.Key(words, 1), transaction.Value(words[2]));
        if (transaction.Read(key) is not null)
        {
            return RespReply.Integer(0);
        }

        transaction.Write(new SetOperation(key, value, null));
        return RespReply.Integer(1);
    }

    private static RespReply MultiSet(RespTransaction transaction, byte[][] words)
    {
        Write(transaction, Pairs(transaction, words));
        return RespReply.Ok;
    }

    private static RespReply MultiSetIfAbsent(RespTransaction transaction, byte[][] words)
    {
        var pairs = Pairs(transaction, words);
        if (pairs.Any(pair => transaction.Read(pair.Key) is not null))
        {
            return RespReply.Integer(0);
        }

        Write(transaction, pairs);
        return RespReply.Integer(1);
    }

    private static List<SetOperation> Pairs(RespTransaction transaction, byte[][] words)
    {
        if (words.Length % 2 == 0)
        {
            throw new RespException($"ERR wrong number of arguments for '{Words.Text(words[0]).ToLowerInvariant()}' command");
        }

        var pairs = new List<SetOperation>(words.Length / 2);
        for (var i = 1; i < words.Length; i += 2)
        {
            pairs.Add(new SetOperation(Words.Key(words, i), transaction.Value(words[i + 1]), null));
        }

        return pairs;
    }

    private static void Write(RespTransaction transaction, List<SetOperation> pairs) => pairs.ForEach(transaction.Write);

    private static RespReply Append(RespTransaction transaction, byte[][] words)
    {
        var key = Words.Key(words, 1);
        var old = transaction.Needs(Content(transaction.Read(key)));
        byte[] value = transaction.LacksValues ? words[2] : transaction.Value([.. old.Span, .. words[2]]);
        transaction.Write(new SetOperation(key, value, null));
        return RespReply.Integer(value.Length);
    }

    private static RespReply GetDelete(RespTransaction transaction, byte[][] words)
    {
        var key = Words.Key(words, 1);
        if (transaction.Read(key) is not { } state)
        {
            return RespReply.Null;
        }

        var old = Reply(transaction, state);
        transaction.Write(new DeleteOperation(key));
        return old;
    }

    private static RespReply? Increment(RespTransaction transaction, byte[][] words, long by)
    {
        transaction.Write(new IncrementOperation(Words.Key(words, 1), by));
        return null;
    }

    private static RespReply? Decrement(RespTransaction transaction, byte[][] words)
    {
        var by = Words.Integer(words[2]);
        return by == long.MinValue ? throw new RespException("ERR decrement would overflow") : Increment(transaction, words, -by);
    }

    private static RespCommand Read(string name, int arity, string summary, Func<RespTransaction, byte[][], RespReply?> data) =>
        new(name, arity, "string", summary) { Data = data, Keys = (1, 1, 1), IsQueued = true };

    private static RespCommand Write(string name, int arity, string summary, Func<RespTransaction, byte[][], RespReply?> data) =>
        Read(name, arity, summary, data) with { IsWrite = true };
}
