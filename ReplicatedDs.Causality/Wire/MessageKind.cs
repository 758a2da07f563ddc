namespace ReplicatedDs.Causality.Wire;

/// <summary>How a message is marked in an envelope. These numbers are sent: they are only ever appended.</summary>
internal enum MessageKind : byte
{
    Heartbeat = 1,
    UpdateBatch = 2,
    PullRequest = 3,
    RangeCut = 4,
}
