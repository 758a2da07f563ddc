using ReplicatedDs.Bench.Loads;

namespace ReplicatedDs.Bench.Compare;

/// <summary>Members and the clients beside them, which reach what these can.</summary>
/// <param name="Host">Where the clients are; <c>null</c>: in this process's network.</param>
internal sealed record Side(IReadOnlyList<int> Members, HostThread? Host);
