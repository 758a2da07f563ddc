using System.Globalization;
using System.Text;
using ReplicatedDs.Replica.Http.Kv;

namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>The session's place in causality, for clients that move between replicas.</summary>
internal static class CausalCommands
{
    private const long TimeoutMax = 600_000;

    public static RespCommand[] All { get; } =
    [
        new("CAUSAL.TOKEN", 1, "causal", "What this connection has read and written, as a token for any replica.") { Session = TokenAsync },
        new("CAUSAL.WAIT", 3, "causal", "Waits until this replica has applied what a token counts; at most so many milliseconds.") { Session = WaitAsync },
        new("CAUSAL.CLOCK", 1, "causal", "What this replica has applied: a counter per replica.") { Session = ClockAsync },
    ];

    private static ValueTask<RespReply?> TokenAsync(RespSession session, byte[][] words)
    {
        var identity = session.Server.Node.RequireServing();
        return ValueTask.FromResult<RespReply?>(RespReply.Bulk(session.Server.Api.WriteToken(session.Seen, identity.ClusterId)));
    }

    private static async ValueTask<RespReply?> WaitAsync(RespSession session, byte[][] words)
    {
        var identity = session.Server.Node.RequireServing();
        var milliseconds = Words.Integer(words[2]);
        if (milliseconds is < 0 or > TimeoutMax)
        {
            throw new RespException($"ERR the time to wait is a number of milliseconds from 0 to {TimeoutMax}");
        }

        if (!session.Server.Api.TryReadToken(Encoding.UTF8.GetString(words[1]), identity.ClusterId, out var clock))
        {
            throw new RespException("BADTOKEN this is not a token of this cluster");
        }

        var node = session.Server.Node;
        if (!node.State.Delivered.Covers(clock))
        {
            await session.FlushAsync().ConfigureAwait(false);
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(session.Closed, session.Stop);
            if (await node.WaitUntilCoveredAsync(clock, TimeSpan.FromMilliseconds(milliseconds), gone.Token).ConfigureAwait(false) is null)
            {
                var delivered = node.State.Delivered;
                var missing = clock.Sum(entry => Math.Max(0, entry.Counter - delivered[entry.Replica]));
                throw new RespException($"CAUSALTIMEOUT after {milliseconds} ms {missing} update(s) that the token counts are not applied here; try again, or another replica");
            }
        }

        session.Saw(clock);
        return RespReply.Ok;
    }

    private static async ValueTask<RespReply?> ClockAsync(RespSession session, byte[][] words)
    {
        var root = await session.RootAsync().ConfigureAwait(false);
        session.Saw(root.Delivered);
        return RespReply.Map([.. root.Delivered.SelectMany(entry => new[]
        {
            RespReply.Bulk(entry.Replica.Value.ToString(CultureInfo.InvariantCulture)), RespReply.Integer(entry.Counter),
        })]);
    }
}
