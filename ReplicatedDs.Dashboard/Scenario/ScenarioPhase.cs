namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>Where a run of the scenario is.</summary>
public enum ScenarioPhase
{
    /// <summary>Nobody runs it.</summary>
    Idle,

    /// <summary>It writes, reads and watches the event log.</summary>
    Running,

    /// <summary>The answer waits at the reader's replica, until the viewer releases the question.</summary>
    Waiting,

    /// <summary>The link was released; question and answer are on their way.</summary>
    Releasing,

    /// <summary>Every claim came true.</summary>
    Done,

    /// <summary>A claim did not come true, or somebody broke in.</summary>
    Failed,

    /// <summary>The viewer stopped it or went away.</summary>
    Stopped,
}
