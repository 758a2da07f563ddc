namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>One line of the recorded arrival log: an event of the question or the answer at the reader's replica.</summary>
/// <param name="N">Its number in the event log.</param>
/// <param name="T">Unix microseconds, by the reader's replica's clock.</param>
/// <param name="Kind"><c>Arrive</c>, <c>Buffer</c> or <c>Apply</c>.</param>
/// <param name="Missing">On Buffer: the exact dots that it waits for.</param>
public sealed record ArrivalEntry(long N, long T, string Kind, string Dot, string Key, IReadOnlyList<string> Missing);
