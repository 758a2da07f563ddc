using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Core;

/// <summary>The state of fetching a snapshot from a peer. Times are monotonic microseconds.</summary>
internal sealed class CatchUpState
{
    private const long Pause = 500_000;

    private long _askedAt;

    /// <summary>Who was asked; <c>null</c> if nothing is under way.</summary>
    public ReplicaId? From { get; private set; }

    /// <summary>How often somebody was asked: another one each time.</summary>
    public int Attempts { get; private set; }

    public long NotBefore => From is null ? _askedAt + Pause : long.MaxValue;

    public void Ask(ReplicaId peer, long now) => (From, _askedAt, Attempts) = (peer, now, Attempts + 1);

    public void Failed(ReplicaId peer) => From = From == peer ? null : From;

    public void Done() => From = null;

    /// <summary>The step at <paramref name="now"/> did not happen: what it asked for was not asked.</summary>
    public void RollBack(long now) => From = _askedAt == now ? null : From;
}
