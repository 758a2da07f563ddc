namespace ReplicatedDs.Client.Api;

/// <summary>An origin whose updates a replica cannot take at present; only what depends on them waits.</summary>
/// <param name="Origin">Whose updates they are.</param>
/// <param name="From">Who sent them, or announced other ones.</param>
/// <param name="Reason">In words.</param>
/// <param name="Since">When it was first noticed.</param>
/// <param name="Times">How often since.</param>
/// <param name="Fork">Two updates bear one name: that does not mend itself. Otherwise the next update that can be read ends it.</param>
public sealed record QuarantineView(int Origin, int From, string Reason, DateTimeOffset Since, long Times, bool Fork);
