namespace ReplicatedDs.Dashboard.Causality;

/// <summary>A run of consecutive rows.</summary>
/// <param name="Lost">Rows before them that this reader did not get.</param>
/// <param name="Oldest">The number of the oldest row that is kept.</param>
/// <param name="Last">The number of the newest.</param>
internal sealed record DiagramPart(IReadOnlyList<DiagramRow> Rows, long Lost, long Oldest, long Last);
