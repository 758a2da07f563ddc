namespace ReplicatedDs.Checker.Histories;

public enum Outcome
{
    /// <summary>The store acknowledged the operation.</summary>
    Acknowledged,

    /// <summary>
    /// The client never learnt what became of its write. It counts as a write only if somebody read it, and nothing that its session
    /// did afterwards is ordered after it.
    /// </summary>
    Unknown,
}
