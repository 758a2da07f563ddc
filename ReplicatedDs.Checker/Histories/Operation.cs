using System.Collections.Immutable;

namespace ReplicatedDs.Checker.Histories;

/// <summary>
/// What one client did in one call, as the client saw it. The order of a session's operations is the order in which they are added
/// to the history. An instance belongs to one history.
/// </summary>
public sealed class Operation
{
    /// <summary>The session: one client that waits for each answer before it asks again.</summary>
    public required string Session { get; init; }

    public required OperationKind Kind { get; init; }

    /// <summary>The keys, at least one. Several: a transaction or a snapshot, depending on <see cref="Kind"/>.</summary>
    public required ImmutableArray<Access> Accesses { get; init; }

    public Outcome Outcome { get; init; }

    /// <summary>A read after everything came to rest: all final reads of a key must agree.</summary>
    public bool IsFinal { get; init; }

    /// <summary>The replica that answered. Not used for causality, only for people.</summary>
    public string? Replica { get; init; }

    /// <summary>When the client asked, in Unix microseconds. Not used for causality.</summary>
    public long? Start { get; init; }

    /// <summary>When the client had its answer, in Unix microseconds. Not used for causality.</summary>
    public long? End { get; init; }

    /// <summary>The line of the file that it was read from; 0 if none.</summary>
    public int Line { get; init; }

    /// <summary>Its place in the session, from 1; set when it joins a history.</summary>
    public int Position { get; internal set; }

    public override string ToString()
    {
        var verb = Kind == OperationKind.Read ? "read" : Accesses is [{ Value: null }] ? "deleted" : "wrote";
        var what = verb == "deleted" ? $"{Accesses[0].Key} (\"{Accesses[0].Tombstone}\")" : string.Join(", ", Accesses.Take(8));
        var more = Accesses.Length > 8 ? $" and {Accesses.Length - 8} more keys" : "";
        return $"{Session}#{Position} {verb} {what}{more}{(Replica is null ? "" : $" at replica {Replica}")}{(Line == 0 ? "" : $" (line {Line})")}";
    }
}
