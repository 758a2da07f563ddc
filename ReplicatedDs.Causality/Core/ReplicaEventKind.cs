namespace ReplicatedDs.Causality.Core;

/// <summary>The kinds of telemetry events, by the names that the event feed uses.</summary>
public enum ReplicaEventKind
{
    Write,
    Send,
    Arrive,
    Buffer,
    Apply,
    Read,
    Drop,
    Duplicate,
    Join,
    Leave,
    Kill,
    Restart,
    LinkChanged,
    SiblingMade,
    SiblingResolved,
    Stable,
}
