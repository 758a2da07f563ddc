using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>A watched key: what it was, and in a root with which clock.</summary>
internal sealed record Watched(KeyState? State, VectorClock Since)
{
    public bool IsUnchanged(string key, ReplicaState root)
    {
        var now = root.Keys.Find(key);
        return new WriteCondition(key, null) { UnchangedSince = Since }.Holds(now) && (now is { IsPresent: true }) == (State is { IsPresent: true });
    }
}
