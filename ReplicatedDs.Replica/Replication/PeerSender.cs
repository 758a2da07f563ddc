using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.AspNetCore.Mvc;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Replication;

/// <summary>
/// Carries the core's messages to one peer over one long-lived HTTP/2 request whose body is a sequence of frames (a 4-byte big-endian length
/// and an envelope): in order, pipelined, slowed down by HTTP/2's flow control when the peer does not keep up. If the request ends, what
/// was under way is lost and the core is told; the next message opens another.
/// </summary>
internal sealed class PeerSender : IAsyncDisposable
{
    /// <summary>
    /// Updates are sent in pieces of about this many bytes. A piece is taken in when all of it has arrived, and heartbeats go between
    /// pieces: on a slow line, or on a new connection to a far peer, which starts with a few packets per round trip, a large one would make both wait.
    /// </summary>
    private const long PieceBytes = 16 << 10;

    /// <summary>Read from the log at once: a row of it is decoded whole, however few of its updates are wanted.</summary>
    private const long ReadBytes = 256 << 10;

    /// <summary>Ranges, which are small, that wait to be sent: one for every step within the longest pause, even if steps take microseconds.</summary>
    private const int RangesMax = 4096;

    /// <summary>A larger buffer, which one large value needed, is not kept.</summary>
    private const int BufferKept = 1 << 20;

    /// <summary>Tells this process apart from one that opened a copy of the folder.</summary>
    private static readonly ulong Process = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private readonly Member _peer;
    private readonly AddressBook _addresses;
    private readonly ReplicaIdentity _self;
    private readonly IReplicaStore _store;
    private readonly PeerHttp _http;
    private readonly ILogger _logger;
    private readonly Func<int> _peers;
    private readonly Func<ReplicaInput, CancellationToken, ValueTask> _post;
    private readonly Channel<UpdateRange> _ranges = Channel.CreateBounded<UpdateRange>(
        new BoundedChannelOptions(RangesMax) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    // Few and small: they go between the pieces of a long range, as heartbeats do.
    private readonly Channel<PullRequest> _requests = Channel.CreateBounded<PullRequest>(
        new BoundedChannelOptions(64) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly SemaphoreSlim _work = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;
    private Heartbeat? _heartbeat;
    private long _offeredAt;

    public PeerSender(
        Member peer,
        AddressBook addresses,
        ReplicaIdentity self,
        IReplicaStore store,
        PeerHttp http,
        ILogger logger,
        Func<int> peers,
        Func<ReplicaInput, CancellationToken, ValueTask> post)
    {
        (_peer, _addresses, _self, _store, _http, _logger, _peers, _post) = (peer, addresses, self, store, http, logger, peers, post);
        _run = Task.Run(RunAsync);
    }

    /// <summary>Takes a message to send. Of heartbeats only the newest is kept; nothing else piles up, since the core's window bounds it.</summary>
    public void Offer(PeerMessage message)
    {
        switch (message)
        {
            case Heartbeat heartbeat:
                Volatile.Write(ref _heartbeat, heartbeat);
                break;
            case UpdateRange range:
                _ranges.Writer.TryWrite(range); // full: lost, and sent again by the protocol
                break;
            case PullRequest request:
                _requests.Writer.TryWrite(request); // likewise
                break;
            default:
                throw new ArgumentException($"The core sends no {message.GetType().Name}.", nameof(message));
        }

        if (_work.CurrentCount == 0)
        {
            Volatile.Write(ref _offeredAt, Stopwatch.GetTimestamp());
            try
            {
                _work.Release();
            }
            catch (SemaphoreFullException)
            {
                return; // somebody else has just said so
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _work.Dispose();
    }

    private async Task RunAsync()
    {
        var lastReason = "";
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _work.WaitAsync(_stop.Token).ConfigureAwait(false);
                if (_addresses.Peer(_peer) is { } address)
                {
                    await StreamAsync(address, () => lastReason = "").ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidOperationException or OperationCanceledException or System.Text.Json.JsonException)
            {
                var reason = (exception.InnerException ?? exception).Message;
                if (reason != lastReason)
                {
                    lastReason = reason;
                    _logger.StreamEnded(_peer.Id.Value, _addresses.Peer(_peer)!, reason);
                }

                Clear();
                await ReportAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task ReportAsync()
    {
        try
        {
            await _post(new SendFailed(_peer.Id), _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or Runtime.NodeUnavailableException)
        {
            // The replica stops: nobody wants to know any more.
        }
    }

    private void Clear()
    {
        while (_ranges.Reader.TryRead(out _) || _requests.Reader.TryRead(out _))
        {
        }
    }

    private async Task StreamAsync(Uri address, Action opened)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var content = new FrameContent(stream => WriteFramesAsync(stream, ended.Token));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/replication/stream"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        try
        {
            using var response = await _http.SendAsync(request, ended.Token).WaitAsync(TimeSpan.FromSeconds(10), ended.Token).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.Gone or HttpStatusCode.Conflict)
            {
                await LearnAsync(response, ended.Token).ConfigureAwait(false);
            }

            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new HttpRequestException(await RefusalAsync(response, ended.Token).ConfigureAwait(false));
            }

            opened();
            _logger.StreamOpened(_peer.Id.Value, address);
            // The peer's answer has no content: its end is the end of the stream, by whomever.
            await using var answer = await response.Content.ReadAsStreamAsync(ended.Token).ConfigureAwait(false);
            var one = new byte[1];
            while (await answer.ReadAsync(one, ended.Token).ConfigureAwait(false) > 0)
            {
            }

            throw new IOException("the peer closed the stream");
        }
        catch (TimeoutException)
        {
            throw new IOException("the peer did not answer within 10 s");
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>By the name of the problem: this replica was evicted while it was away, or another process bears its id.</summary>
    private async Task LearnAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        var problem = await response.Content.ReadFromJsonAsync<ProblemDetails>(cancellationToken).ConfigureAwait(false);
        ReplicaInput? learnt = problem?.Type?.Split(':')[^1] switch
        {
            PeerEndpoints.EvictedProblem => new EvictionLearnt(_peer.Id),
            PeerEndpoints.IdInUseProblem => new TwinLearnt(_peer.Id, IsSuperseded: false),
            PeerEndpoints.SupersededProblem => new TwinLearnt(_peer.Id, IsSuperseded: true),
            _ => null,
        };
        if (learnt is not null)
        {
            await _post(learnt, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<string> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return $"the peer answered {(int)response.StatusCode}: {(text.Length > 500 ? text[..500] : text)}";
    }

    private async Task WriteFramesAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        var pace = new SendPace(_peers);
        do
        {
            if (pace.Pause(Stopwatch.GetTimestamp()) is var pause && pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                pace.Resume(Stopwatch.GetTimestamp());
            }

            while (_ranges.Reader.TryRead(out var range))
            {
                // Ranges that follow one another go out as one: batches grow with load.
                while (_ranges.Reader.TryPeek(out var next) && Continues(range, next) && _ranges.Reader.TryRead(out _))
                {
                    range = range with { Last = next.Last };
                }

                await WriteRangeAsync(stream, buffer, range, cancellationToken).ConfigureAwait(false);
                pace.Sent(range.Last - range.First + 1);
            }

            await WriteSmallAsync(stream, buffer, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            var idleSince = Stopwatch.GetTimestamp();
            await _work.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (Volatile.Read(ref _offeredAt) is var offeredAt && offeredAt > idleSince)
            {
                pace.Wake(Stopwatch.GetElapsedTime(offeredAt));
            }
        }
        while (true);
    }

    private static bool Continues(UpdateRange range, UpdateRange next) =>
        next.Origin == range.Origin && next.First == range.Last + 1 && next.IsRepair == range.IsRepair;

    private async Task WriteRangeAsync(Stream stream, ArrayBufferWriter<byte> buffer, UpdateRange range, CancellationToken cancellationToken)
    {
        for (var next = range.First; next <= range.Last;)
        {
            var updates = await _store.ReadAsync(range.Origin, next, range.Last, ReadBytes, cancellationToken).ConfigureAwait(false);
            if (updates.IsEmpty)
            {
                // Cut from the log: the peer asks elsewhere, or takes a snapshot.
                if (await _store.FloorOfAsync(range.Origin, cancellationToken).ConfigureAwait(false) is var floor && floor >= next)
                {
                    await WriteFrameAsync(stream, buffer, new RangeCut(range.Origin, floor), cancellationToken).ConfigureAwait(false);
                }

                return;
            }

            for (var first = 0; first < updates.Length;)
            {
                var piece = updates.Slice(first, PieceLength(updates.AsSpan(first..)));
                await WriteFrameAsync(
                    stream, buffer, new UpdateBatch(range.Origin, range.OriginIncarnation, piece, range.IsRepair), cancellationToken).ConfigureAwait(false);
                first += piece.Length;

                // A long range must not make this replica look silent.
                await WriteSmallAsync(stream, buffer, cancellationToken).ConfigureAwait(false);
            }

            next = updates[^1].Dot.Counter + 1;
        }
    }

    /// <summary>How many updates make a piece; at least one.</summary>
    private static int PieceLength(ReadOnlySpan<Update> updates)
    {
        var length = 0;
        for (var bytes = 0L; length < updates.Length && bytes < PieceBytes; length++)
        {
            bytes += UpdateSize.Of(updates[length]);
        }

        return length;
    }

    private async Task WriteSmallAsync(Stream stream, ArrayBufferWriter<byte> buffer, CancellationToken cancellationToken)
    {
        while (_requests.Reader.TryRead(out var request))
        {
            await WriteFrameAsync(stream, buffer, request, cancellationToken).ConfigureAwait(false);
        }

        if (Interlocked.Exchange(ref _heartbeat, null) is { } heartbeat)
        {
            await WriteFrameAsync(stream, buffer, heartbeat, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteFrameAsync(Stream stream, ArrayBufferWriter<byte> buffer, PeerMessage message, CancellationToken cancellationToken)
    {
        buffer.ResetWrittenCount();
        BinaryPrimitives.WriteInt32BigEndian(buffer.GetSpan(4), 0);
        buffer.Advance(4);
        EnvelopeCodec.Write(buffer, new PeerEnvelope(_self.ClusterId, _self.Id, _self.Incarnation, _peer.Id, _store.Boot, Process, [message]));
        var frame = System.Runtime.InteropServices.MemoryMarshal.AsMemory(buffer.WrittenMemory);
        BinaryPrimitives.WriteInt32BigEndian(frame.Span, frame.Length - 4);
        await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        if (buffer.Capacity > BufferKept)
        {
            buffer.Clear();
        }
    }

    /// <summary>A request body that is written for as long as the stream lives.</summary>
    private sealed class FrameContent : HttpContent
    {
        private readonly Func<Stream, Task> _write;

        public FrameContent(Func<Stream, Task> write)
        {
            _write = write;
            Headers.ContentType = new MediaTypeHeaderValue(PeerHttp.StreamContentType);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _write(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
