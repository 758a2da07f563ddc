namespace ReplicatedDs.Simulation.Checks;

/// <summary>What one replica has durably delivered, by the checkers' own count, and the values that follow from it.</summary>
internal sealed class ReplicaKnowledge(Counts delivered, KeyModel keys)
{
    public Counts Delivered { get; } = delivered;

    public KeyModel Keys { get; } = keys;

    /// <summary>The greatest timestamp among what was delivered.</summary>
    public long Timestamp { get; set; }

    public ReplicaKnowledge Copy() => new(Delivered.Copy(), Keys.Copy()) { Timestamp = Timestamp };
}
