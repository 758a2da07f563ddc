using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Core;

/// <summary>The state of fetching a snapshot from a peer. Times are monotonic microseconds.</summary>
internal sealed class CatchUpState
{
    private const long PauseMin = 500_000;
    private const long PauseMax = 16_000_000;

    private long _askedAt;
    private long _pause = PauseMin;

    /// <summary>Who was asked; <c>null</c> if nothing is under way.</summary>
    public ReplicaId? From { get; private set; }

    /// <summary>How often somebody was asked in a row: another one each time.</summary>
    public int Attempts { get; private set; }

    public long NotBefore => From is null ? _askedAt + _pause : long.MaxValue;

    /// <summary>Each time in a row costs twice the pause: what could not be used (a full disk) is large, and others pay for it.</summary>
    public void Ask(ReplicaId peer, long now) =>
        (From, _askedAt, _pause, Attempts) = (peer, now, Attempts == 0 ? PauseMin : Math.Min(2 * _pause, PauseMax), Attempts + 1);

    /// <summary>Nothing is wanted any more: the last one was of use.</summary>
    public void Settle() => (_pause, Attempts) = (PauseMin, 0);

    public void Failed(ReplicaId peer) => From = From == peer ? null : From;

    public void Done() => From = null;

    /// <summary>The step at <paramref name="now"/> did not happen: what it asked for was not asked.</summary>
    public void RollBack(long now) => From = _askedAt == now ? null : From;
}
