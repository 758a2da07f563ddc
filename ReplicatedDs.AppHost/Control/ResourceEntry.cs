namespace ReplicatedDs.AppHost.Control;

/// <summary>A process as the control API describes it.</summary>
/// <param name="Kind"><c>replica</c>, <c>dashboard</c> or <c>redis</c>.</param>
/// <param name="State">Aspire's word: NotStarted, Starting, Running, Stopping, Finished, FailedToStart.</param>
/// <param name="Health">Healthy, Unhealthy, or null before the first answer and when it does not run.</param>
/// <param name="Spare">A replica's place in which nobody lives: join may take it.</param>
#pragma warning disable CS1573 // The others say what they are.
internal sealed record ResourceEntry(
    string Name,
    string Kind,
    int? Id,
    int? Pid,
    string State,
    string? Health,
    int? ExitCode,
    bool Spare,
    string? Http,
    string? Peer,
    string? Resp,
    string? Text);
