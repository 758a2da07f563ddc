using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Replication;

namespace ReplicatedDs.Causality.Core;

/// <summary>The links to the peers, and the lab's faults on them.</summary>
public sealed partial class ReplicaCore
{
    /// <summary>The links to all undeparted members, by id.</summary>
    public ImmutableArray<LinkStatus> Links(Instant now) =>
    [
        .. _links.Values
            .Where(link => State.Members.Find(link.Peer) is { IsPresent: true, IsFenced: false })
            .Select(link => Describe(link, now)),
    ];

    /// <summary>All links that are kept, to whomever; tests look whether any is forgotten.</summary>
    internal int LinkCount => _links.Count;

    /// <summary>The row of each undeparted member in the stable vector, this replica's own included, by id (R4).</summary>
    public ImmutableArray<(ReplicaId Member, VectorClock Row)> Rows() =>
    [
        .. State.Members
            .Where(member => member.IsPresent)
            .Select(member => (member.Id, member.Id == Id ? State.Delivered : _links[member.Id].Row)),
    ];

    private LinkStatus Describe(PeerLink link, Instant now) => new(
        link.Peer,
        link.Fault,
        link.Fault.Mode == LinkMode.Ok ? null : (now.UnixMicroseconds + link.FaultExpiresAt - now.MonotonicMicroseconds) / 1000,
        Math.Max(0, State.Delivered[Id] - link.Sent),
        Math.Max(0, State.Delivered[Id] - link.Acknowledged),
        link.Announced,
        link.LastHeardAt is { } at ? Math.Max(0, now.MonotonicMicroseconds - at) / 1000 : null,
        link.IsPausedByPeer);

    private RequestResult SetLink(SetLinkRequest request)
    {
        if (FindLink(request.Peer) is not { } link)
        {
            return UnknownPeer(request.Peer);
        }

        link.SetFault(request.Fault, _now.MonotonicMicroseconds);
        var fault = request.Fault;
        Changed(link, fault.Mode switch
        {
            LinkMode.Hold => "held",
            LinkMode.Drop => $"drops {fault.DropPercent} % of the messages",
            LinkMode.Delay => fault.JitterMs > 0 ? $"delayed by {fault.DelayMs} to {fault.DelayMs + fault.JitterMs} ms" : $"delayed by {fault.DelayMs} ms",
            _ => "healed",
        });
        return CurrentLinks();
    }

    private RequestResult Release(ReleaseLinkRequest request)
    {
        if (FindLink(request.Peer) is not { } link)
        {
            return UnknownPeer(request.Peer);
        }

        if (link.Fault.Mode == LinkMode.Hold)
        {
            link.HoldLimit = Math.Min(Math.Max(link.HoldLimit, link.Sent) + request.Count, _staged.Delivered[Id]);
            Changed(link, $"lets {request.Count} pass");
        }

        return CurrentLinks();
    }

    private LinksChanged HealLinks()
    {
        foreach (var link in _links.Values)
        {
            Heal(link, "healed");
        }

        return CurrentLinks();
    }

    private void HealExpiredLinks()
    {
        foreach (var link in _links.Values)
        {
            if (_now.MonotonicMicroseconds >= link.FaultExpiresAt)
            {
                Heal(link, "healed: the fault expired");
            }
        }
    }

    private void Heal(PeerLink link, string detail)
    {
        if (link.Fault.Mode != LinkMode.Ok)
        {
            link.SetFault(LinkFault.None, _now.MonotonicMicroseconds);
            Changed(link, detail);
        }
    }

    private void Changed(PeerLink link, string detail) =>
        _events.Add(new ReplicaEvent(ReplicaEventKind.LinkChanged) { Peer = link.Peer, Detail = detail });

    private LinksChanged CurrentLinks() => new(Links(_now));

    /// <summary>What a change of a link is answered with is how the links are when the step has sent what it may.</summary>
    private void ReportLinks()
    {
        for (var i = 0; i < _replies.Count; i++)
        {
            if (_replies[i].Result is LinksChanged)
            {
                _replies[i] = (_replies[i].Tag, CurrentLinks());
            }
        }
    }

    private PeerLink? FindLink(ReplicaId peer) =>
        _staged.Members.Find(peer) is { IsPresent: true, IsFenced: false } ? _links.GetValueOrDefault(peer) : null;

    private static Refused UnknownPeer(ReplicaId peer) =>
        new(RefusalReason.UnknownPeer, $"There is no link to {peer}: it is not another member of the cluster.");
}
