using System.Collections.Immutable;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>What the log tells of one replica up to some event.</summary>
internal sealed class ReplicaState
{
    /// <summary>How many updates of each origin it had made visible, as far as its events told.</summary>
    public Dictionary<int, long> Clock { get; private init; } = [];

    /// <summary>What waited there. Persistent, so that a snapshot of it costs nothing.</summary>
    public ImmutableDictionary<string, WaitingUpdate> Waiting { get; set; } = ImmutableDictionary<string, WaitingUpdate>.Empty;

    /// <summary>What it last said to be stable, as its event put it; read only when somebody looks.</summary>
    public string? Stable { get; set; }

    /// <summary>How its process ended, a word of <see cref="Views.ReplicaStates"/>; <c>null</c>: it runs, or was not heard yet.</summary>
    public string? Ended { get; set; }

    /// <summary>When its process last began or ended, in Unix microseconds; 0: not in the log.</summary>
    public long TurnedAt { get; set; }

    /// <summary>Since its process began, as the following ones.</summary>
    public long Writes { get; set; }

    public long Applied { get; set; }

    public long Prevented { get; set; }

    /// <summary>Events of it that are not in the log.</summary>
    public long Lost { get; set; }

    public void Learn(int origin, long counter)
    {
        if (counter > Clock.GetValueOrDefault(origin, -1))
        {
            Clock[origin] = counter;
        }
    }

    /// <summary>Its process began or ended: what was in memory only is gone.</summary>
    public void Turn(string? ended, long t)
    {
        (Ended, TurnedAt) = (ended, t);
        Waiting = Waiting.Clear();
    }

    public ReplicaState Copy() => new()
    {
        Clock = new Dictionary<int, long>(Clock),
        Waiting = Waiting,
        Stable = Stable,
        Ended = Ended,
        TurnedAt = TurnedAt,
        Writes = Writes,
        Applied = Applied,
        Prevented = Prevented,
        Lost = Lost,
    };
}
