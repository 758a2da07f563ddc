namespace ReplicatedDs.Client.Api;

/// <summary>What a replica counted since it started.</summary>
/// <param name="Prevented">Updates that would have been visible before a cause, and waited instead.</param>
public sealed record CountersView(
    long Keys, long Writes, long Applied, long Buffered, long Prevented, long Duplicates, long Dropped, long Pending, long Reads);
