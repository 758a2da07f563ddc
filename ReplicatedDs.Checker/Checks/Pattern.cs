namespace ReplicatedDs.Checker.Checks;

/// <summary>
/// What a finding is an instance of. The first seven are the bad patterns of Bouajjani, Enea, Guerraoui and Hamza, "On Verifying
/// Causal Consistency" (POPL 2017); "causal order" is the transitive closure of session order and reads-from.
/// </summary>
public enum Pattern
{
    /// <summary>Something causally precedes itself.</summary>
    CyclicCO,

    /// <summary>A read found nothing, although a write of the key causally precedes it.</summary>
    WriteCOInitRead,

    /// <summary>A read returned a value that nobody wrote.</summary>
    ThinAirRead,

    /// <summary>A read returned a write although another one of the key lies causally between the two.</summary>
    WriteCORead,

    /// <summary>No order of concurrent writes explains what everybody read (violates causal convergence, CCv).</summary>
    CyclicCF,

    /// <summary>A read found nothing, although everything its session reads orders a write of the key before it (violates causal memory, CM).</summary>
    WriteHBInitRead,

    /// <summary>No order of the writes explains what one session read (violates causal memory, CM).</summary>
    CyclicHB,

    /// <summary>A snapshot holds one write of a transaction together with something older than another write of it.</summary>
    FracturedRead,

    /// <summary>One snapshot returned two values for one key.</summary>
    NonRepeatableRead,

    /// <summary>A session read something older than its own earlier write.</summary>
    ReadYourWrites,

    /// <summary>A session read something older than what it had read before.</summary>
    MonotonicReads,

    /// <summary>A session saw a later write of another session, then something older than an earlier write of that session.</summary>
    MonotonicWrites,

    /// <summary>A session saw a write, then something older than what the writer had read before it wrote.</summary>
    WritesFollowReads,

    /// <summary>Final reads of one key differ.</summary>
    Divergence,

    /// <summary>A final read returned something older than another write of the key: that write was lost or never arrived.</summary>
    LostWrite,

    /// <summary>A replica delivered an update before something in its causal past (found by the monitor).</summary>
    OutOfOrderDelivery,

    /// <summary>A replica delivered an update twice (found by the monitor).</summary>
    DuplicateDelivery,
}
