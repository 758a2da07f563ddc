namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>Where a run of a lesson is.</summary>
public enum LessonPhase
{
    /// <summary>Nobody runs it.</summary>
    Idle,

    /// <summary>A step is being played; it goes on by what the event log says.</summary>
    Playing,

    /// <summary>The step is over; the viewer looks at it and asks for the next.</summary>
    Ready,

    /// <summary>Every step was played and every sentence came true.</summary>
    Done,

    /// <summary>A sentence did not come true, or somebody broke in.</summary>
    Failed,
}
