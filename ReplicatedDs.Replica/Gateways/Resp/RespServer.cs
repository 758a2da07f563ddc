using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>What the connections share, and the life of each.</summary>
internal sealed class RespServer(
    IReplicaNode node, RespWrites writes, KvReads reads, RespClients clients, ScanCursors cursors, ApiOptions api, KeyGuard keys, TimeProvider time)
{
    /// <summary>The version of Redis whose behaviour this is modelled on: client libraries choose their commands by it.</summary>
    public const string RedisVersion = "7.2.0";

    public IReplicaNode Node => node;

    public RespWrites Writes => writes;

    public KvReads Reads => reads;

    public RespClients Clients => clients;

    public ScanCursors Cursors => cursors;

    public ApiOptions Api => api;

    public KeyGuard Keys => keys;

    public TimeProvider Time => time;

    public long StartedAt { get; } = time.GetTimestamp();

    /// <summary>Serves until the client quits, breaks the protocol or goes away.</summary>
    /// <returns>Why the connection was closed against the client's will; <c>null</c> if it was not.</returns>
    public async Task<string?> ServeAsync(ConnectionContext connection, CancellationToken stop)
    {
        var writer = new RespWriter(connection.Transport.Output, api.SlowMax, time);
        var session = new RespSession(this, writer, connection, stop);
        clients.Add(session);
        try
        {
            return await ServeAsync(connection, session, writer, stop).ConfigureAwait(false);
        }
        catch (RespSlowPeerException exception)
        {
            connection.Abort(new ConnectionAbortedException(exception.Message));
            return exception.Message;
        }
        finally
        {
            clients.Remove(session);
        }
    }

    private async Task<string?> ServeAsync(ConnectionContext connection, RespSession session, RespWriter writer, CancellationToken stop)
    {
        // Since when a command has begun to arrive and is not whole, or a key has to be shown first. A client may be silent for as long as it likes otherwise, and
        // the time that its commands take is not its own.
        long? hurriedSince = session.IsStranger ? time.GetTimestamp() : null;
        using var slow = new Deadline(time, Timeout.InfiniteTimeSpan, stop);
        var input = connection.Transport.Input;
        var decoder = new RespDecoder();
        var commands = new List<byte[][]>();
        string? broken = null;
        while (true)
        {
            // Everything that has arrived is begun before the first answer is waited for: that is what makes pipelines fast.
            if (hurriedSince is { } from)
            {
                var left = api.SlowMax - time.GetElapsedTime(from);
                slow.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }

            var result = await ReadAsync(input, session, slow.Token, stop).ConfigureAwait(false);
            if (hurriedSince is not null)
            {
                slow.CancelAfter(Timeout.InfiniteTimeSpan);
            }

            var buffer = result.Buffer;
            var isProgress = false;
            try
            {
                while (!session.IsOver && decoder.Read(ref buffer, commands, RespReadahead.Max))
                {
                    isProgress = true;
                    await session.TakeAsync(commands).ConfigureAwait(false);
                }
            }
            catch (RespProtocolException exception)
            {
                broken = exception.Message;
                await session.AnswerAsync(RespReply.Error("ERR " + broken)).ConfigureAwait(false);
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            await session.DrainAsync().ConfigureAwait(false);
            await writer.FlushAsync(stop).ConfigureAwait(false);
            if (broken is not null || session.IsOver)
            {
                return broken ?? session.ClosedBecause;
            }

            if (result.IsCompleted)
            {
                return decoder.IsInside || !buffer.IsEmpty ? "it ended in the middle of a command" : null;
            }

            if (!session.IsStranger)
            {
                hurriedSince = !decoder.IsInside && buffer.IsEmpty ? null : isProgress ? time.GetTimestamp() : hurriedSince ?? time.GetTimestamp();
            }
        }
    }

    private static async ValueTask<ReadResult> ReadAsync(PipeReader input, RespSession session, CancellationToken slow, CancellationToken stop)
    {
        try
        {
            return await input.ReadAsync(slow).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new RespSlowPeerException(session.IsStranger ? "it has shown no key for too long" : "it stopped in the middle of a command");
        }
    }
}
