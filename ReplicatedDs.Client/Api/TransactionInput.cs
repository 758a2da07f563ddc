namespace ReplicatedDs.Client.Api;

/// <summary>The body of <c>POST /transactions</c>.</summary>
/// <param name="Conditions">All have to hold at this replica.</param>
public sealed record TransactionInput(IReadOnlyList<OperationInput> Operations, IReadOnlyList<ConditionInput>? Conditions = null);
