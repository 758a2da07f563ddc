namespace ReplicatedDs.Client.Api;

/// <summary>The answer to a change of a set.</summary>
/// <param name="Changed">Whether the member was not there before it was added, or was there before it was removed.</param>
public sealed record MemberWriteView(string Key, string Member, bool Changed, string Dot, IReadOnlyDictionary<string, long> Clock);
