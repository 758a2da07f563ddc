namespace ReplicatedDs.Client.Api;

/// <summary>One operation of a transaction: exactly one member is set.</summary>
public sealed record OperationInput(
    SetInput? Set = null, KeyInput? Delete = null, AmountInput? Increment = null, KeyMemberInput? Add = null, KeyMemberInput? Remove = null);
