using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Http.Events;

/// <summary>
/// The telemetry feed as server-sent events. A reader is a loop over the ring: one that is slow falls behind and loses detail; the
/// store never waits for it.
/// </summary>
internal sealed class EventFeed(IReplicaNode node, ApiOptions options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>A comment is sent after this long without an event, so that a dead reader is noticed.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

    private const int BatchMax = 256;

    /// <summary>For a reader that wants a share, which is told waits only that outlast a batch.</summary>
    private const int SharedBatchMax = 2_048;

    /// <summary>After so many events that it does not want a reader is told how far it got: it can come back without a loss.</summary>
    private const int UnwantedMax = 8_192;

    /// <summary>What follows within it goes out together: one event at a time would cost a busy replica more than the events themselves.</summary>
    private static readonly TimeSpan GatherInterval = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan SharedGatherInterval = TimeSpan.FromMilliseconds(200);

    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private int _readers;

    /// <summary><c>GET /events</c>.</summary>
    public async Task<IResult> ReadAsync(HttpContext context)
    {
        var after = StartAfter(context.Request);
        var selection = EventSelection.Parse(context.Request.Query);
        try
        {
            if (Interlocked.Increment(ref _readers) > options.EventReadersMax)
            {
                return new Problem(ProblemKinds.Overloaded, $"{options.EventReadersMax} readers follow the events already.");
            }

            var response = context.Response;
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await SendAsync(response.BodyWriter, after, selection, ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The reader left, or the replica stops.
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }

        return TypedResults.Empty;
    }

    private static long StartAfter(HttpRequest request)
    {
        // A browser that reconnects repeats its address and says in the header how far it got.
        var text = request.Headers["Last-Event-ID"] is { Count: > 0 } header ? header.ToString() : request.Query["after"].ToString();
        if (text.Length == 0)
        {
            return 0;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var after)
            ? after
            : throw new ProblemException(ProblemKinds.BadRequest, $"'{text}' is not the number of an event; it has to be 0 or more.");
    }

    private async Task SendAsync(PipeWriter writer, long after, EventSelection selection, CancellationToken cancellationToken)
    {
        // The answer's head goes out at once: a reader knows that it is connected before anything happens.
        await FlushAsync(writer, ": events of this replica\n\n", cancellationToken).ConfigureAwait(false);
        var line = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(line, JsonOptions);
        var into = new StampedEvent[selection.IsShare ? SharedBatchMax : BatchMax];
        var gather = selection.IsShare ? SharedGatherInterval : GatherInterval;
        var (told, toldAt) = (after, time.GetTimestamp());
        while (true)
        {
            var batch = await node.Events.NextAsync(after, into, HeartbeatInterval, time, cancellationToken).ConfigureAwait(false);
            if (batch is { } next)
            {
                var isTold = Write(writer, json, line, next.Lost, next.Events, selection);
                after = next.Events[^1].N;
                if (isTold)
                {
                    await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
                    (told, toldAt) = (after, time.GetTimestamp());
                }
            }

            if (batch is null || time.GetElapsedTime(toldAt) >= HeartbeatInterval || after - told >= UnwantedMax)
            {
                // A number without an event: there it goes on when it comes back.
                await FlushAsync(writer, after == told ? ": still here\n\n" : string.Create(CultureInfo.InvariantCulture, $": still here\nid: {after}\n\n"), cancellationToken).ConfigureAwait(false);
                (told, toldAt) = (after, time.GetTimestamp());
            }

            if (batch is { Events.Count: var count } && count < into.Length)
            {
                await Task.Delay(gather, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <returns>Whether there was anything to tell.</returns>
    private bool Write(PipeWriter writer, Utf8JsonWriter json, ArrayBufferWriter<byte> line, long lost, ReadOnlySpan<StampedEvent> events, EventSelection selection)
    {
        var replica = node.Identity?.Id.Value ?? 0;
        var isTold = lost > 0;
        if (isTold)
        {
            selection.Lost();
            EventJson.WriteGap(json, events[0].N - 1, lost, time.UnixMicroseconds(), replica);
            Emit(writer, events[0].N - 1, json, line);
        }

        selection.Begin(events);
        foreach (ref readonly var stamped in events)
        {
            if (selection.Weigh(stamped) is > 0 and var weight)
            {
                EventJson.Write(json, stamped, replica, weight, selection.MissingMax);
                Emit(writer, stamped.N, json, line);
                isTold = true;
            }
        }

        return isTold;
    }

    private static void Emit(PipeWriter writer, long id, Utf8JsonWriter json, ArrayBufferWriter<byte> line)
    {
        json.Flush();
        Span<byte> head = stackalloc byte[48];
        System.Text.Unicode.Utf8.TryWrite(head, CultureInfo.InvariantCulture, $"id: {id}\ndata: ", out var length);
        writer.Write(head[..length]);
        writer.Write(line.WrittenSpan);
        writer.Write("\n\n"u8);
        line.ResetWrittenCount();
        json.Reset();
    }

    private static async ValueTask FlushAsync(PipeWriter writer, string comment, CancellationToken cancellationToken)
    {
        writer.Write(Encoding.UTF8.GetBytes(comment));
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
