using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>Reads of one key. Each uses one root, so value, siblings and token belong together.</summary>
internal sealed class KvReads(IReplicaNode node, TimeProvider time)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary><c>GET</c> and <c>HEAD /kv/{key}</c>.</summary>
    public async Task<IResult> GetAsync(HttpContext context)
    {
        var request = KvRequest.Of(context);
        var wantsSiblings = WantsSiblings(context.Request);
        var root = await node.CoverAsync(context, request).ConfigureAwait(false);
        var state = root.Keys.Find(request.Key!);
        RecordRead(request.Key!, state?.Winner.Dot);

        if (state is not null)
        {
            context.Response.Headers["Siblings"] = state.Versions.Length.ToString(CultureInfo.InvariantCulture);
        }

        context.Response.Headers.CacheControl = "no-store";
        if (state is null || (!state.IsPresent && (!wantsSiblings || state.Versions.Length == 1)))
        {
            return new Problem(ProblemKinds.NoSuchKey, state is { IsPresent: false } ? "The key was deleted." : "The key was never written, as far as this replica has applied.");
        }

        var etag = ETags.Of(state);
        context.Response.Headers.ETag = etag;
        if (wantsSiblings)
        {
            return Views.Ok(new SiblingsView(request.Key!, [.. state.Versions.Select(ToView)]), ApiJson.Relaxed.SiblingsView);
        }

        return ETags.MatchesAny(context.Request.Headers.IfNoneMatch, etag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : new ValueResult(state.Winner);
    }

    /// <summary>Tells the telemetry feed of a read.</summary>
    public void RecordRead(string key, Dot? dot) =>
        node.Events.Add(time.UnixMicroseconds(), new ReplicaEvent(ReplicaEventKind.Read) { Key = key, Dot = dot });

    private static bool WantsSiblings(HttpRequest request) => request.Query["siblings"] switch
    {
        { Count: 0 } => false,
        ["all"] => true,
        var other => throw new ProblemException(ProblemKinds.BadRequest, $"siblings is '{other}'; it can only be all."),
    };

    private static SiblingView ToView(KeyVersion version)
    {
        var (value, encoding) = version.IsTombstone ? (null, null) : ToText(version.Value.Span);
        return new SiblingView(version.Dot.ToString(), version.IsTombstone, value, encoding, version.ContentType, version.Timestamp.Milliseconds);
    }

    private static (string? Value, string? Encoding) ToText(ReadOnlySpan<byte> value)
    {
        try
        {
            return (StrictUtf8.GetString(value), "utf-8");
        }
        catch (DecoderFallbackException)
        {
            return (Convert.ToBase64String(value), "base64");
        }
    }
}
