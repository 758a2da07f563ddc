namespace ReplicatedDs.Client.Api;

/// <summary>The answer to <c>POST /transactions</c>.</summary>
/// <param name="Results">One per operation, in order.</param>
public sealed record TransactionView(string Dot, IReadOnlyDictionary<string, long> Clock, IReadOnlyList<OperationResultView> Results);
