using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Replica.Http.Admin;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.ServiceDefaults.Access;

namespace ReplicatedDs.Replica.Replication;

/// <summary>What replicas ask of each other on the <c>peer</c> port. Every request needs the cluster key.</summary>
internal static class PeerEndpoints
{
    /// <summary>The largest frame that a peer may send: the greatest update with room for a batch around it.</summary>
    private const int FrameMax = 64 << 20;

    /// <summary>Frames of one stream that may wait for the loop; beyond, the stream is not read, and the sender has to wait.</summary>
    private const int FramesWaitingMax = 16;

    /// <summary>The problem of a replica that has no identity: its folder is empty, and it has joined nobody.</summary>
    public const string NoClusterProblem = "no-cluster";

    /// <summary>The problem that tells a replica that it was evicted.</summary>
    public const string EvictedProblem = "evicted";

    /// <summary>The problem that tells a process that another one speaks under its id.</summary>
    public const string IdInUseProblem = "id-in-use";

    /// <summary>The problem that tells a process that another one has taken over its id.</summary>
    public const string SupersededProblem = "superseded";

    public static void MapPeerApi(this IApplicationBuilder app, ReplicaOptions options)
    {
        // No other key is good here; wrong ones count together with those of the other listeners.
        var keys = new KeyGuard(AccessKeys.Read(null, options.ClusterKeys), app.ApplicationServices.GetRequiredService<FailedAttempts>());
        app.Use(async (context, next) =>
        {
            try
            {
                if (keys.RoleOf(context) != AccessRole.Operate)
                {
                    await RefuseAsync(context, StatusCodes.Status401Unauthorized, "wrong-cluster-key", "The cluster key is missing or wrong.");
                    return;
                }
            }
            catch (TooManyWrongKeysException exception)
            {
                context.Response.Headers.RetryAfter = exception.Seconds;
                await RefuseAsync(context, StatusCodes.Status429TooManyRequests, ProblemKinds.TooManyWrongKeys.Name, exception.Message);
                return;
            }

            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: 404 or 405, ContentType: null })
            {
                var name = context.Response.StatusCode == 405 ? "method-not-allowed" : "no-such-route";
                await RefuseAsync(context, context.Response.StatusCode, name, $"There is no {context.Request.Method} {context.Request.Path} on the peer port.");
            }
        });
        app.UseRouting();
        app.UseEndpoints(endpoints =>
        {
            var peer = endpoints.MapGroup("").ExcludeFromDescription(); // the document is about the http port
            peer.MapPost("/replication/stream", StreamAsync);
            peer.MapGet("/replication/cluster", DescribeAsync);
            peer.MapGet("/replication/departed/{cluster}/{replica:int:min(1)}/{incarnation}", DepartedAsync);
            peer.MapPost("/replication/join", JoinAsync);
            peer.MapGet("/replication/snapshot", SnapshotAsync);
            peer.MapGet("/replication/update/{replica:int:min(1)}/{counter:long:min(1)}", UpdateAsync);
        });
    }

    /// <summary>Frames of a peer until it ends. The answer's head is sent after the first frame was checked.</summary>
    private static async Task StreamAsync(HttpContext context, ReplicaNode node, PeerProcesses processes, IHostApplicationLifetime lifetime, ILogger<PeerTransport> logger)
    {
        // A stream has no end of its own: a server that stops would wait for it.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        if (context.Request.ContentType != PeerHttp.StreamContentType)
        {
            await RefuseAsync(
                context, StatusCodes.Status415UnsupportedMediaType, "unsupported-version", $"This replica speaks {PeerHttp.StreamContentType} only.");
            return;
        }

        var room = new SemaphoreSlim(FramesWaitingMax); // not disposed: the loop may release it after the stream has ended
        try
        {
            await foreach (var envelope in ReadFramesAsync(context.Request.BodyReader, ends.Token))
            {
                if (Objection(envelope, node, processes) is var (status, name, detail) && status != 0)
                {
                    logger.StreamRefused(detail);
                    await RefuseAsync(context, status, name, detail);
                    return;
                }

                if (!context.Response.HasStarted)
                {
                    await context.Response.StartAsync(ends.Token);
                    await context.Response.BodyWriter.FlushAsync(ends.Token);
                }

                foreach (var message in envelope.Messages)
                {
                    await room.WaitAsync(ends.Token);
                    await node.PostAsync(new MessageArrived(envelope.From, envelope.FromIncarnation, message), () => room.Release(), ends.Token);
                }
            }
        }
        catch (WireFormatException malformed)
        {
            logger.StreamRefused(malformed.Message);
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "malformed-batch", malformed.Message);
        }
        catch (NodeUnavailableException unavailable)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "not-ready", unavailable.Message);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            return; // the sender is gone, or this replica stops: it will open another stream
        }
    }

    /// <summary>Why an envelope is not taken; status 0: it is.</summary>
    private static (int Status, string Name, string Detail) Objection(PeerEnvelope envelope, ReplicaNode node, PeerProcesses processes)
    {
        if (node.Identity is not { } self)
        {
            return (StatusCodes.Status503ServiceUnavailable, "not-ready", "This replica is not a member of a cluster yet.");
        }

        if (envelope.ClusterId != self.ClusterId)
        {
            return (StatusCodes.Status409Conflict, "other-cluster", $"Replica {envelope.From} belongs to cluster {envelope.ClusterId}, this one to {self.ClusterId}.");
        }

        if (envelope.To != self.Id)
        {
            return (StatusCodes.Status409Conflict, "other-replica", $"This is replica {self.Id}, not {envelope.To}.");
        }

        return node.State.Members.Find(envelope.From) switch
        {
            null => (StatusCodes.Status404NotFound, "unknown-replica", $"Replica {envelope.From} is not known here yet."),
            { } member when member.Incarnation != envelope.FromIncarnation =>
                (StatusCodes.Status409Conflict, "other-incarnation", $"Id {envelope.From} belongs to another process."),
            { IsFenced: true } => (StatusCodes.Status410Gone, EvictedProblem, $"Replica {envelope.From} was evicted."),
            { Status: MemberStatus.Departed, Final: 0 } =>
                (StatusCodes.Status410Gone, "admission-withdrawn", $"The admission of replica {envelope.From} was taken back."),
            _ => processes.Hear(envelope.From, envelope.Boot, envelope.Process) switch
            {
                PeerProcessVerdict.InUse => (StatusCodes.Status409Conflict, IdInUseProblem, $"Another process runs as replica {envelope.From} and was heard a moment ago."),
                PeerProcessVerdict.Superseded => (StatusCodes.Status409Conflict, SupersededProblem, $"Another process has taken over as replica {envelope.From}."),
                _ => default,
            },
        };
    }

    private static async IAsyncEnumerable<PeerEnvelope> ReadFramesAsync(
        PipeReader reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            while (TryReadFrame(ref buffer, out var envelope))
            {
                yield return envelope;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                if (!buffer.IsEmpty)
                {
                    throw new WireFormatException("The stream was cut in the middle of a frame.");
                }

                yield break;
            }
        }
    }

    private static bool TryReadFrame(ref ReadOnlySequence<byte> buffer, out PeerEnvelope envelope)
    {
        envelope = null!;
        if (buffer.Length < 4)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[4];
        buffer.Slice(0, 4).CopyTo(head);
        var claim = BinaryPrimitives.ReadUInt32BigEndian(head);
        if (claim is < 1 or > FrameMax)
        {
            throw new WireFormatException($"A frame claims {claim} bytes; 1 to {FrameMax} are allowed.");
        }

        var length = (int)claim;

        if (buffer.Length < 4 + length)
        {
            return false;
        }

        var frame = buffer.Slice(4, length);
        envelope = Read(frame);
        buffer = buffer.Slice(4 + length);
        return true;
    }

    private static PeerEnvelope Read(ReadOnlySequence<byte> frame)
    {
        if (frame.IsSingleSegment)
        {
            return EnvelopeCodec.Read(frame.FirstSpan);
        }

        var rented = ArrayPool<byte>.Shared.Rent((int)frame.Length);
        try
        {
            frame.CopyTo(rented);
            return EnvelopeCodec.Read(rented.AsSpan(0, (int)frame.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static async Task DescribeAsync(HttpContext context, IReplicaNode node)
    {
        if (node.Identity is not { } self || node.State.Members.Find(self.Id) is not { } member)
        {
            // One that only has not read its folder yet is in a cluster.
            var name = node is { Identity: null, Phase: NodePhase.Joining } ? NoClusterProblem : "not-ready";
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, name, "This replica is not a member of a cluster yet.");
            return;
        }

        await context.Response.WriteAsJsonAsync(
            new ClusterDescription(self.ClusterId, self.Id.Value, member.IsServing, node.State.Members.HighestId.Value),
            context.RequestAborted);
    }

    private static async Task DepartedAsync(HttpContext context, string cluster, int replica, string incarnation, ReplicaNode node)
    {
        try
        {
            var isKnown = node.Identity?.ClusterId == cluster && node.State.Members.Find(new ReplicaId(replica))?.Incarnation.ToString() == incarnation;
            var hasEverybody = isKnown && await node.InspectAsync(core => core.HasEverybody(new ReplicaId(replica)), context.RequestAborted);
            if (hasEverybody)
            {
                await node.SyncAsync(context.RequestAborted); // the leaver goes by this word
            }

            await context.Response.WriteAsJsonAsync(new DepartedAnswer(hasEverybody), context.RequestAborted);
        }
        catch (Exception unavailable) when (unavailable is NodeUnavailableException or StorageUnavailableException)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "not-ready", unavailable.Message);
        }
    }

    private static async Task JoinAsync(HttpContext context, IReplicaNode node)
    {
        if (!context.Request.HasJsonContentType())
        {
            await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "A join request is JSON.");
            return;
        }

        JoinBody? body;
        try
        {
            body = await context.Request.ReadFromJsonAsync<JoinBody>(context.RequestAborted);
        }
        catch (System.Text.Json.JsonException)
        {
            body = null;
        }

        if (body is null || body.Id < 1 || string.IsNullOrEmpty(body.Name) || body.Name.Length > 100
            || !Incarnation.TryParse(body.Incarnation, out var incarnation)
            || !Uri.TryCreate(body.Http, UriKind.Absolute, out _) || !Uri.TryCreate(body.Peer, UriKind.Absolute, out _))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "malformed-join", "A join needs id, incarnation, name, http and peer.");
            return;
        }

        if (node.Identity?.ClusterId != body.ClusterId)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, "other-cluster", $"This replica does not belong to cluster {body.ClusterId}.");
            return;
        }

        try
        {
            var admit = new AdmitOperation(new ReplicaId(body.Id), incarnation, body.Name, body.Http, body.Peer);
            switch (await node.SubmitAsync(tag => new JoinRequest(tag, admit), context.RequestAborted))
            {
                case Admitted admitted:
                    await context.Response.WriteAsJsonAsync(new JoinAnswer(admitted.Dot.ToString()), context.RequestAborted);
                    break;
                case Refused { Reason: RefusalReason.IdTaken } taken:
                    await RefuseAsync(context, StatusCodes.Status409Conflict, "id-taken", taken.Detail);
                    break;
                case Refused refused:
                    await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "not-ready", refused.Detail);
                    break;
                default:
                    throw new InvalidOperationException("A join is admitted or refused.");
            }
        }
        catch (Exception exception) when (exception is NodeUnavailableException or StorageUnavailableException)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "not-ready", exception.Message);
        }
    }

    /// <summary>One root as a stream.</summary>
    private static async Task SnapshotAsync(HttpContext context, IReplicaNode node)
    {
        // One that left may be the last to have its own last updates.
        if (node.Identity is not { } self || node.State.Members.Find(self.Id) is not ({ IsServing: true } or { Status: MemberStatus.Departed, Final: > 0 }))
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "not-ready", "Only an active replica gives snapshots.");
            return;
        }

        context.Response.ContentType = AdminEndpoints.SnapshotType;
        try
        {
            await node.WriteSnapshotAsync(context.Response.Body, static node => node.Snapshot, context.RequestAborted);
        }
        catch (StorageUnavailableException exception)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "values-unavailable", exception.Message);
        }
    }

    private static async Task UpdateAsync(HttpContext context, int replica, long counter, IReplicaNode node)
    {
        if (node.Identity is null || await node.FindUpdateAsync(new Dot(replica, counter), context.RequestAborted) is not { } update)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "unknown-update", $"{replica}#{counter} is not in the log here.");
            return;
        }

        var buffer = new ArrayBufferWriter<byte>();
        UpdateCodec.WriteBatch(buffer, [update]);
        context.Response.ContentType = "application/octet-stream";
        await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    private static async Task RefuseAsync(HttpContext context, int status, string name, string detail)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        await TypedResults.Problem(detail, statusCode: status, type: $"urn:replicated-ds:{name}").ExecuteAsync(context);
    }
}
