namespace ReplicatedDs.Client.Calls;

// The JSON of requests, and of answers as far as the client reads them. Members that are null are left out.

internal sealed record WriteAnswer(string Dot, IReadOnlyDictionary<string, long> Clock);

internal sealed record IncrementRequest(long By);

internal sealed record IncrementAnswer(long Value, string Dot, IReadOnlyDictionary<string, long> Clock);

internal sealed record MemberRequest(string Member);

internal sealed record MembersAnswer(IReadOnlyList<string> Members);

internal sealed record TransactionRequest(IReadOnlyList<ConditionBody>? Conditions, IReadOnlyList<OperationBody> Operations);

internal sealed record ConditionBody(string Key, string? Dot);

internal sealed record OperationBody(
    SetBody? Set = null, DeleteBody? Delete = null, IncrementBody? Increment = null, MemberBody? Add = null, MemberBody? Remove = null);

internal sealed record SetBody(string Key, string Value, string? ContentType, string? Encoding);

internal sealed record DeleteBody(string Key);

internal sealed record IncrementBody(string Key, long By);

internal sealed record MemberBody(string Key, string Member);

internal sealed record SnapshotRequest(IReadOnlyList<string> Keys);

internal sealed record SnapshotAnswer(IReadOnlyList<EntryBody> Entries);

internal sealed record ListAnswer(IReadOnlyList<EntryBody> Keys, string? Next);

/// <summary>A key's value in JSON; <c>Dot</c> or <c>Value</c> is <c>null</c> if it has none.</summary>
internal sealed record EntryBody(
    string Key, string? Dot, string? Value, string? Encoding, string? ContentType, string? Type = null, int Siblings = 1, bool Deleted = false);
