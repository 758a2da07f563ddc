using System.Globalization;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Why;

/// <summary>Provenance: which update a key's value is of, what that depends on, what stands beside it, and who has it.</summary>
internal sealed class KeyWhy(IReplicaNode node, TimeProvider time)
{
    /// <summary><c>GET /kv/{key}/why</c>.</summary>
    public async Task<IResult> GetAsync(HttpContext context)
    {
        var request = KvRequest.Of(context);
        var self = node.RequireServing().Id;
        var root = await node.CoverAsync(context, request).ConfigureAwait(false);
        context.Response.Headers.CacheControl = "no-store";
        if (root.Keys.Find(request.Key!) is not { } state)
        {
            return new Problem(ProblemKinds.NoSuchKey, "The key was never written, as far as this replica has applied, or every member has forgotten that it was deleted.");
        }

        var now = time.Instant();
        var (links, stable) = await node.InspectAsync(core => (core.Links(now), core.Stable), context.RequestAborted).ConfigureAwait(false);
        var winner = state.Winner;
        var others = new List<VersionWhyView>();
        foreach (var version in state.Versions.Skip(1).Where(version => version.Kind != VersionKind.Void))
        {
            others.Add(await ToViewAsync(version, Outcome(state, version), context.RequestAborted).ConfigureAwait(false));
        }

        var members = root.Members.Where(member => member.IsPresent).Select(member => new AppliedByView(
            member.Id.Value,
            member.Name,
            member.Id == self ? true : links.FirstOrDefault(link => link.Peer == member.Id)?.Delivered?.Covers(winner.Dot)));
        return Views.Ok(
            new KeyWhyView(
                request.Key!,
                Types.NameOf(state.Kind),
                await ToViewAsync(winner, Outcome(state, winner), context.RequestAborted).ConfigureAwait(false),
                others,
                [.. members],
                stable.Covers(winner.Dot)),
            ApiJson.Relaxed.KeyWhyView);
    }

    private static string Outcome(KeyState state, KeyVersion version)
    {
        var winner = state.Winner;
        if (version == winner)
        {
            return state.Versions.Count(one => one.Kind != VersionKind.Void) == 1
                ? "It is the only version: what it saw is superseded."
                : "It has the greatest timestamp, or the greatest replica id among equal ones.";
        }

        var isPart = state.Kind switch
        {
            ValueKind.Counter => version.Kind == VersionKind.Counter || version.TryGetInteger(out _),
            ValueKind.Set => version.Kind == VersionKind.Set,
            _ => false,
        };
        return isPart
            ? $"It is part of the value, as {winner.Dot} is."
            : version.Timestamp == winner.Timestamp
                ? $"It lost to {winner.Dot}, which has the same timestamp and the greater replica id; neither supersedes the other."
                : $"It lost to {winner.Dot}, whose timestamp is {(winner.Timestamp.Milliseconds - version.Timestamp.Milliseconds).ToString(CultureInfo.InvariantCulture)} ms later; neither supersedes the other.";
    }

    private async Task<VersionWhyView> ToViewAsync(KeyVersion version, string outcome, CancellationToken cancellationToken)
    {
        var update = await node.FindUpdateAsync(version.Dot, cancellationToken).ConfigureAwait(false);
        return new VersionWhyView(
            version.Dot.ToString(),
            version.Dot.Replica.Value,
            version.Kind.ToKebab(),
            DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(version.Timestamp.Milliseconds, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())),
            update?.Dependencies.ToView(),
            update?.Trace?.TraceId.ToString("x32", CultureInfo.InvariantCulture),
            outcome);
    }
}
