namespace ReplicatedDs.Dashboard.Otlp.Updates;

/// <summary>What the list of updates can be sorted by.</summary>
internal enum TraceOrder
{
    Written,
    Key,
    Half,
    Took,
    Share,
}
