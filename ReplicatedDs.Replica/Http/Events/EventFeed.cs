using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Events;

/// <summary>
/// The telemetry feed as server-sent events. A reader is a loop over the ring: one that is slow falls behind and loses detail; the
/// store never waits for it.
/// </summary>
internal sealed class EventFeed(IReplicaNode node, ApiOptions options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private const int BatchMax = 256;

    /// <summary>What follows within it goes out together: one event at a time would cost a busy replica more than the events themselves.</summary>
    private static readonly TimeSpan GatherInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>A comment is sent after this long without an event, so that a dead reader is noticed.</summary>
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

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
        while (true)
        {
            var batch = await NextAsync(after, cancellationToken).ConfigureAwait(false);
            if (batch is not { } next)
            {
                await FlushAsync(writer, ": still here\n\n", cancellationToken).ConfigureAwait(false);
                continue;
            }

            var replica = node.Identity?.Id.Value ?? 0;
            var first = next.Events[0].N;
            if (next.Lost > 0)
            {
                EventJson.WriteGap(json, first - 1, next.Lost, time.UnixMicroseconds(), replica);
                Emit(writer, first - 1, json, line);
            }

            foreach (var stamped in next.Events)
            {
                if (selection.Wants(stamped))
                {
                    EventJson.Write(json, stamped, replica);
                    Emit(writer, stamped.N, json, line);
                }
            }

            after = next.Events[^1].N;
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (next.Events.Length < BatchMax)
            {
                await Task.Delay(GatherInterval, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The next events; <c>null</c> if none came for a while.</summary>
    private async ValueTask<(long Lost, System.Collections.Immutable.ImmutableArray<Telemetry.StampedEvent> Events)?> NextAsync(
        long after, CancellationToken cancellationToken)
    {
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        quiet.CancelAfter(HeartbeatInterval);
        try
        {
            return await node.Events.ReadAsync(after, BatchMax, quiet.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
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
