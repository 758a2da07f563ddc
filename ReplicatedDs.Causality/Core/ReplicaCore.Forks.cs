using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Forks;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// Updates that cannot be what they say: two under one name (R10), or bytes that nobody can read. Their origin waits in quarantine; what does not
/// depend on it goes on.
/// </summary>
public sealed partial class ReplicaCore
{
    private readonly RecentDigests _digests = new();
    private readonly SortedDictionary<ReplicaId, QuarantinedOrigin> _quarantine = [];

    private readonly List<QuarantinedOrigin> _alarms = [];
    private bool _isRolledBack;
    private (ReplicaId From, long At)? _twin;

    /// <summary>Whether a peer has said a moment ago that another process speaks under this replica's id.</summary>
    private bool HasTwin => _twin is { } twin && _now.MonotonicMicroseconds - twin.At <= Micros(_settings.RepairPatience);

    private string TwinDetail =>
        $"Another process runs as replica {Id}, says replica {_twin!.Value.From}: this data folder is a copy, or was copied. It takes no writes while that one is heard.";

    /// <summary>The origins whose updates cannot be taken at present, by id.</summary>
    public ImmutableArray<QuarantinedOrigin> Quarantined => [.. _quarantine.Values];

    private void Learn(TwinLearnt twin)
    {
        _twin = (twin.From, _now.MonotonicMicroseconds);
        _refusal ??= twin.IsSuperseded
            ? new Refused(
                RefusalReason.IdInUse,
                $"Another process has taken over as replica {Id} while this one was silent, says replica {twin.From}: this one takes no writes any more.")
            : null;
    }

    private bool IsForked(ReplicaId origin) => _quarantine.Count > 0 && _quarantine.GetValueOrDefault(origin) is { IsFork: true };

    /// <summary>The digests of all streams as they were delivered, for a heartbeat.</summary>
    private ImmutableArray<ulong> Digests() => [.. _staged.Delivered.Select(dot => _staged.Head(dot.Replica).Digest)];

    private void RememberDigests()
    {
        foreach (var dot in State.Delivered)
        {
            _digests.Add(dot, _staged.Head(dot.Replica).Digest);
        }
    }

    /// <summary>Compares what both have delivered up to the same counter. A peer that is ahead or behind is compared when it is not.</summary>
    private void CompareDigests(ReplicaId peer, Heartbeat heartbeat)
    {
        if (heartbeat.Digests.Length != heartbeat.Delivered.Count)
        {
            return; // most say none
        }

        var index = 0;
        foreach (var dot in heartbeat.Delivered)
        {
            var (theirs, mine) = (heartbeat.Digests[index++], _digests.Find(dot));
            if (theirs != mine && theirs != StreamDigest.Unknown && mine != StreamDigest.Unknown && _staged.Delivered.Covers(dot))
            {
                var reason = $"Replica {peer} and replica {Id} were given different updates as {dot} or before it: replica {dot.Replica} wrote from an older copy of its folder, "
                    + "or two processes under its id. Nothing more of it is taken. Evict it; what it wrote has to be looked at by hand.";
                Quarantine(dot.Replica, peer, reason, isFork: true);
            }
        }
    }

    private void Quarantine(ReplicaId origin, ReplicaId from, string reason, bool isFork)
    {
        var known = _quarantine.GetValueOrDefault(origin);
        if (known is { IsFork: true })
        {
            _quarantine[origin] = known with { From = from, Times = known.Times + 1 }; // nothing can make it worse, or mend it
            return;
        }

        var entry = new QuarantinedOrigin(origin, from, reason, known?.Since ?? _now, (known?.Times ?? 0) + 1, isFork);
        _quarantine[origin] = entry;
        if (known is null || isFork)
        {
            _alarms.Add(entry);
        }

        if (isFork)
        {
            _events.Add(new ReplicaEvent(ReplicaEventKind.Drop) { Peer = from, Detail = reason });
            DropBuffered(origin, "its origin is in quarantine");
            _refusal ??= origin == Id ? new Refused(RefusalReason.Forked, reason) : null;
        }
    }

    /// <summary>An update of the origin was delivered: what could not be read came again, and could.</summary>
    private void EndQuarantine(ReplicaId origin)
    {
        if (_quarantine.Count > 0 && _quarantine.GetValueOrDefault(origin) is { IsFork: false })
        {
            _quarantine.Remove(origin);
        }
    }

    /// <summary>Whether an update lacks what will not come by itself: of an origin in quarantine, or given up when its origin was evicted.</summary>
    private bool IsHopeless(Update update) => update.Dependencies.Any(needed => !State.Delivered.Covers(needed)
        && (_quarantine.ContainsKey(needed.Replica)
            || (State.Members.Find(needed.Replica) is { Status: MemberStatus.Departed } gone && needed.Counter > gone.Final)));

    /// <summary>Two processes were admitted under one id, each by a sponsor who did not know of the other (R2).</summary>
    private void AlarmDoubleAdmission(AdmitOperation admit, ReplicaId sponsor)
    {
        if (_staged.Members.Find(admit.Replica) is { } known && known.Incarnation != admit.Incarnation)
        {
            var reason = $"Two processes were admitted under the id {admit.Replica}, by replicas {known.Sponsor} and {sponsor}: the id allocator went back. "
                + "Nothing more is taken from either. Evict the id, and let both join anew.";
            Quarantine(admit.Replica, sponsor, reason, isFork: true);
        }
    }
}
