namespace ReplicatedDs.Causality.Core;

/// <summary>
/// Deliberate faults for testing the tests: each breaks one rule, and the simulator and the checks must notice. Never set in production.
/// </summary>
internal enum CoreMutation
{
    None,

    /// <summary>Updates become visible in the order of their origin, whatever they depend on.</summary>
    SkipDependencyCheck,

    /// <summary>An update that was delivered before is applied again.</summary>
    ApplyDuplicates,

    /// <summary>Of concurrent writes the one that arrives last wins, and nobody keeps siblings.</summary>
    WinnerByArrival,

    /// <summary>Updates are acknowledged when they arrive in the buffer, so that what is lost from it stays lost.</summary>
    AcknowledgeBuffered,
}
