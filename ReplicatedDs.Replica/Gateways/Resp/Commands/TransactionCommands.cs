using System.Collections.Immutable;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>MULTI as a causal transaction: atomic here, visible together everywhere, under the condition that what was watched has not changed here.</summary>
internal static class TransactionCommands
{
    public static RespCommand[] All { get; } =
    [
        Command("MULTI", 1, "Begins a transaction.", MultiAsync),
        Command("EXEC", 1, "Carries it out.", ExecuteAsync),
        Command("DISCARD", 1, "Gives it up.", DiscardAsync),
        Command("WATCH", -2, "EXEC does nothing if one of these keys has changed here by then.", WatchAsync) with { Keys = (1, -1, 1) },
        Command("UNWATCH", 1, "Forgets what was watched.", UnwatchAsync),
    ];

    private static ValueTask<RespReply?> MultiAsync(RespSession session, byte[][] words)
    {
        if (session.Multi is not null)
        {
            throw new RespException("ERR MULTI calls can not be nested");
        }

        session.Multi = new RespMulti();
        return ValueTask.FromResult<RespReply?>(RespReply.Ok);
    }

    private static ValueTask<RespReply?> DiscardAsync(RespSession session, byte[][] words)
    {
        if (session.Multi is null)
        {
            throw new RespException("ERR DISCARD without MULTI");
        }

        End(session);
        return ValueTask.FromResult<RespReply?>(RespReply.Ok);
    }

    private static async ValueTask<RespReply?> WatchAsync(RespSession session, byte[][] words)
    {
        if (session.Multi is not null)
        {
            throw new RespException("ERR WATCH inside MULTI is not allowed");
        }

        string[] keys = [.. words.Skip(1).Select(word => RespSession.KeyOf(word))];
        var root = await session.RootAsync().ConfigureAwait(false);
        session.Saw(root.Delivered);
        foreach (var key in keys)
        {
            if (session.Watches.Count == Http.Transactions.TransactionCalls.PartsMax)
            {
                throw new RespException($"ERR at most {Http.Transactions.TransactionCalls.PartsMax} keys can be watched");
            }

            // A key that is watched already keeps its first state.
            session.Watches.TryAdd(key, new Watched(root.Keys.Find(key), root.Delivered));
        }

        return RespReply.Ok;
    }

    private static ValueTask<RespReply?> UnwatchAsync(RespSession session, byte[][] words)
    {
        if (session.Multi is not null)
        {
            session.Multi.Add(Unwatch, words);
            return ValueTask.FromResult<RespReply?>(RespReply.Queued);
        }

        session.Watches.Clear();
        return ValueTask.FromResult<RespReply?>(RespReply.Ok);
    }

    // Within a transaction it changes nothing: EXEC forgets what was watched anyway.
    private static readonly RespCommand Unwatch = new("UNWATCH", 1, "transactions", "") { Data = (_, _) => RespReply.Ok, IsQueued = true };

    private static async ValueTask<RespReply?> ExecuteAsync(RespSession session, byte[][] words)
    {
        if (session.Multi is not { } multi)
        {
            throw new RespException("ERR EXEC without MULTI");
        }

        try
        {
            return multi.IsBroken
                ? throw new RespException("EXECABORT Transaction discarded because of previous errors.")
                : await ExecuteAsync(session, multi).ConfigureAwait(false);
        }
        finally
        {
            End(session);
        }
    }

    private static async ValueTask<RespReply> ExecuteAsync(RespSession session, RespMulti multi)
    {
        var replies = new (RespReply? Reply, int First, int Count)[multi.Commands.Count];
        var isUnchanged = true;
        ImmutableArray<Causality.Updates.KeyOperation> operations = [];
        var result = await session.TryAsync(
            transaction =>
            {
                isUnchanged = session.Watches.All(watch => watch.Value.IsUnchanged(watch.Key, transaction.Root));
                if (!isUnchanged)
                {
                    return false;
                }

                for (var i = 0; i < replies.Length; i++)
                {
                    var first = transaction.Count;
                    replies[i] = (Evaluate(multi.Commands[i], transaction), first, transaction.Count - first);
                }

                operations = transaction.Operations();
                return true;
            },
            () => Conditions(session),
            isMulti: true).ConfigureAwait(false);
        if (!isUnchanged)
        {
            return RespReply.NullArray;
        }

        if (result is null)
        {
            return RespReply.Array([.. replies.Select(reply => reply.Reply!)]);
        }

        session.ToReply(result, RespReply.Ok, operations);
        var effects = ((Written)result).Effects;
        return RespReply.Array([.. replies.Select(one => one.Reply ?? RespReply.Integer(effects.AsSpan(one.First, one.Count).ToArray().Sum()))]);
    }

    /// <summary>As in Redis a command that fails does not keep the others from happening.</summary>
    private static RespReply? Evaluate((RespCommand Command, byte[][] Words) queued, RespTransaction transaction)
    {
        var before = transaction.Count;
        try
        {
            return queued.Command.Data!(transaction, queued.Words);
        }
        catch (RespException exception) when (transaction.Count == before)
        {
            return RespReply.Error(exception.Message);
        }
    }

    private static ImmutableArray<WriteCondition> Conditions(RespSession session)
    {
        var conditions = ImmutableArray.CreateBuilder<WriteCondition>();
        foreach (var (key, watched) in session.Watches)
        {
            RespTransaction.Unchanged(conditions, key, watched.State, watched.Since);
        }

        return conditions.DrainToImmutable();
    }

    private static void End(RespSession session)
    {
        session.Multi = null;
        session.Watches.Clear();
    }

    private static RespCommand Command(string name, int arity, string summary, Func<RespSession, byte[][], ValueTask<RespReply?>> session) =>
        new(name, arity, "transactions", summary) { Session = session, IsOfTransactions = true };
}
