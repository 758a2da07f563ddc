using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Http.Watch;

/// <summary>
/// Changes of keys as server-sent events. What is told up to an id is one causal cut, and the id is that cut as a causal token: so a watch goes on at
/// whichever replica. A reader that is slow is told of fewer steps in between, never of less.
/// </summary>
internal sealed class WatchFeed(IReplicaNode node, ApiOptions options, IHostApplicationLifetime lifetime)
{
    private const int EventsMax = 1024;

    /// <summary>Bytes written before the reader's pace is waited for.</summary>
    private const int FlushBytes = 64 << 10;

    /// <summary>A comment is sent after this long without a change, so that a dead reader is noticed.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    private int _watchers;

    /// <summary><c>GET /watch</c>.</summary>
    public async Task<IResult> ReadAsync(HttpContext context)
    {
        var request = KvRequest.SessionOf(context);
        var prefix = context.Request.Query["prefix"].ToString();
        var told = Position(context.Request);
        if (told is not null)
        {
            request.Present(told);
        }

        try
        {
            if (Interlocked.Increment(ref _watchers) > options.EventReadersMax)
            {
                return new Problem(ProblemKinds.Overloaded, $"{options.EventReadersMax} watches run already.");
            }

            var after = node.Events.Last;
            var root = await node.CoverAsync(context, request).ConfigureAwait(false);
            var response = context.Response;
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await SendAsync(response.BodyWriter, prefix, told, root, after, ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The reader left, or the replica stops.
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
        }

        return TypedResults.Empty;
    }

    private VectorClock? Position(HttpRequest request)
    {
        var text = request.Headers["Last-Event-ID"] is { Count: > 0 } header ? header.ToString() : request.Query["after"].ToString();
        if (text.Length == 0 || node.Identity is not { } identity)
        {
            return null;
        }

        return options.TryReadToken(text, identity.ClusterId, out var clock)
            ? clock
            : throw new ProblemException(ProblemKinds.BadToken, "Last-Event-ID is not the id of a watch of this cluster; leave it out to start now.");
    }

    /// <param name="told">What the reader was told before; <c>null</c> if it starts now.</param>
    /// <param name="after">The number of an event at or before <paramref name="root"/>.</param>
    private async Task SendAsync(PipeWriter writer, string prefix, VectorClock? told, ReplicaState root, long after, CancellationToken cancellationToken)
    {
        if (told is not null)
        {
            await CatchUpAsync(writer, prefix, told, root, cancellationToken).ConfigureAwait(false);
        }

        // The head of the answer goes out at once, and the reader has a place to go on from before anything happens.
        WriteId(writer, root.Delivered);
        writer.Write("\n"u8);
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        var position = told = root.Delivered;
        var changes = new Dictionary<string, KeyChange>(StringComparer.Ordinal);
        var read = new StampedEvent[EventsMax];
        while (true)
        {
            var batch = await node.Events.NextAsync(after, read, Quiet, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            if (batch is null && position.Covers(node.State.Delivered))
            {
                writer.Write(": still here\n\n"u8);
                await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (batch is not { Lost: 0, Events: var events })
            {
                // Events were lost to this reader, or a state was taken over as a whole.
                var before = told;
                (after, root) = (node.Events.Last, node.State);
                await CatchUpAsync(writer, prefix, before, root, cancellationToken).ConfigureAwait(false);
                (position, told) = (root.Delivered, root.Delivered);
                changes.Clear();
                continue;
            }

            // A root is told when exactly what led to it was heard of. It is a causal cut; what comes later in the batch is for the next one.
            after = events[^1].N;
            root = position.Covers(root.Delivered) ? node.State : root;
            foreach (var stamped in events)
            {
                if (stamped.Event is not { Kind: ReplicaEventKind.Write or ReplicaEventKind.Apply, Update: { } update } || position.Covers(update.Dot))
                {
                    continue;
                }

                position = position.With(update.Dot);
                Collect(update, prefix, changes);
                if (position.Covers(root.Delivered))
                {
                    await TellAsync(writer, changes.Values, root, cancellationToken).ConfigureAwait(false);
                    changes.Clear();
                    (told, root) = (position, node.State);
                }
            }
        }
    }

    /// <summary>Tells what differs from <paramref name="told"/>, or everything behind a reset if that cannot be said.</summary>
    private async Task CatchUpAsync(PipeWriter writer, string prefix, VectorClock told, ReplicaState root, CancellationToken cancellationToken)
    {
        var difference = await WatchDifference.FindAsync(node, told, root, prefix, cancellationToken).ConfigureAwait(false);
        if (difference is null)
        {
            writer.Write("event: reset\ndata: {}\n\n"u8);
        }

        var changes = difference ?? root.Keys.From(prefix).TakeWhile(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Where(entry => entry.Value.IsPresent)
            .Select(entry => new KeyChange(entry.Key, null));
        await TellAsync(writer, changes, root, cancellationToken).ConfigureAwait(false);
    }

    private static void Collect(Update update, string prefix, Dictionary<string, KeyChange> changes)
    {
        foreach (var key in update.Keys)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                // Last in order where it changed last.
                changes.Remove(key);
                changes.Add(key, new KeyChange(key, update.Dot));
            }
        }
    }

    private async Task TellAsync(PipeWriter writer, IEnumerable<KeyChange> changes, ReplicaState root, CancellationToken cancellationToken)
    {
        // The id comes with the last one: who is cut off before that is told all of them again.
        KeyChange? waiting = null;
        foreach (var change in changes)
        {
            if (waiting is { } earlier)
            {
                await TellAsync(writer, earlier, root, null, cancellationToken).ConfigureAwait(false);
            }

            waiting = change;
        }

        if (waiting is { } last)
        {
            await TellAsync(writer, last, root, root.Delivered, cancellationToken).ConfigureAwait(false);
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask TellAsync(PipeWriter writer, KeyChange change, ReplicaState root, VectorClock? id, CancellationToken cancellationToken)
    {
        if (id is not null)
        {
            WriteId(writer, id);
        }

        var state = root.Keys.Find(change.Key);
        state = state is null ? null : await node.WithValuesAsync(change.Key, state, cancellationToken).ConfigureAwait(false);
        var entry = Entries.ToView(change.Key, state, withValue: true);
        entry = entry with { Dot = entry.Dot ?? change.Dot?.ToString(), Deleted = entry.Type == Types.Absent };
        writer.Write("data: "u8);
        writer.Write(JsonSerializer.SerializeToUtf8Bytes(entry, ApiJson.Relaxed.EntryView));
        writer.Write("\n\n"u8);
        if (writer.UnflushedBytes > FlushBytes)
        {
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void WriteId(PipeWriter writer, VectorClock clock)
    {
        var token = options.WriteToken(clock, node.Identity!.ClusterId);
        writer.Write(Encoding.ASCII.GetBytes($"id: {token}\n"));
    }
}
