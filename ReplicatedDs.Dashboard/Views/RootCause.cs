namespace ReplicatedDs.Dashboard.Views;

/// <summary>One reason why updates wait at a replica: an origin whose updates have not come through, and everything that waits for them.</summary>
/// <param name="At">The slot where they wait.</param>
/// <param name="Origin">Whose updates are missing.</param>
/// <param name="Dots">The missing dots that have not arrived there, ascending; a replica reports at most 100 of each update.</param>
/// <param name="Kind">How the missing ones are kept away.</param>
/// <param name="Why">The same in words.</param>
/// <param name="Direct">Updates that wait for the dots themselves, the oldest first.</param>
/// <param name="Behind">Updates that wait for those updates, the oldest first.</param>
public sealed record RootCause(
    ReplicaPicture At, int Origin, IReadOnlyList<string> Dots, WaitKind Kind, string Why, IReadOnlyList<PendingPicture> Direct, IReadOnlyList<PendingPicture> Behind)
{
    public int Count => Direct.Count + Behind.Count;
}

/// <summary>How an update that others wait for is kept away.</summary>
public enum WaitKind
{
    /// <summary>Nothing is known to be in its way.</summary>
    InFlight,

    /// <summary>The link from its origin is held.</summary>
    Held,

    /// <summary>The link from its origin is slow.</summary>
    Delayed,

    /// <summary>The link from its origin loses it.</summary>
    Dropped,

    /// <summary>Its origin is down; somebody else has it, or nobody.</summary>
    Dead,
}
