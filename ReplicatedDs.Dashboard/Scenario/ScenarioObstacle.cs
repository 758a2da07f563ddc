namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>Why the scenario cannot start now, and what would help.</summary>
public sealed record ScenarioObstacle(string Text, ScenarioRemedy Remedy, string? Replica = null);

/// <summary>What is offered beside an obstacle.</summary>
public enum ScenarioRemedy
{
    /// <summary>Nothing that a button could do.</summary>
    None,

    /// <summary>Heal every link.</summary>
    HealAll,

    /// <summary>Start a replica that is down.</summary>
    Restart,

    /// <summary>Let a spare join.</summary>
    Join,

    /// <summary>Let a member leave, so that there is a spare.</summary>
    Leave,
}
