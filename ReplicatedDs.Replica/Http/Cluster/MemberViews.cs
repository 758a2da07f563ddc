using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Cluster;

/// <summary>The member table as this replica knows it.</summary>
internal sealed class MemberViews(IReplicaNode node, IReplicaFacts facts, TimeProvider time)
{
    private const long ReachableWithinMs = 1000;

    /// <summary><c>GET /members</c>.</summary>
    public async Task<MembersView> GetAsync(ReplicaId self, CancellationToken cancellationToken)
    {
        var now = time.Instant();
        var links = await node.InspectAsync(core => core.Links(now), cancellationToken).ConfigureAwait(false);
        var root = node.State;
        return new MembersView(
            self.Value,
            [
                .. root.Members.Select(member => ToView(
                    member, links, member.Id == self, (member.Id == self ? root.Delivered : Link(links, member)?.Delivered)?.ToView())),
            ]);
    }

    private MemberView ToView(
        Member member, ImmutableArray<LinkStatus> links, bool isSelf, IReadOnlyDictionary<string, long>? delivered)
    {
        var lastHeard = isSelf ? null : Link(links, member)?.LastHeardMs;
        return new MemberView(
            member.Id.Value,
            member.Name,
            member.Incarnation.ToString(),
            member switch
            {
                { IsFenced: true, IsPresent: true } => "evicting",
                { IsFenced: true } => "evicted",
                _ => member.Status.ToKebab(),
            },
            Text(facts.HttpOf(member)),
            Text(facts.PeerOf(member)),
            member.Sponsor.Value,
            isSelf,
            isSelf || lastHeard is <= ReachableWithinMs,
            lastHeard,
            delivered);
    }

    /// <summary>As cluster.json writes addresses: without a slash at the end.</summary>
    private static string Text(Uri? address) => address?.ToString().TrimEnd('/') ?? "";

    private static LinkStatus? Link(ImmutableArray<LinkStatus> links, Member member) => links.FirstOrDefault(link => link.Peer == member.Id);
}
