namespace ReplicatedDs.Cli.ShiViz;

/// <summary>One event of the log.</summary>
/// <param name="Cause">The update whose write it follows from; its clock is taken over. <c>null</c>: a local event.</param>
internal sealed record ShiVizEvent(string Host, long UnixMicroseconds, string Type, string Keys, string Dot, string Trace, string Text, string? Cause);
