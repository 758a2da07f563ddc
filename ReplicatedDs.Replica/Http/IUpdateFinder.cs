using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Replica.Http;

/// <summary>Looks for an update here and at every reachable member.</summary>
public interface IUpdateFinder
{
    /// <summary>The update, or <c>null</c> if nobody who can be reached holds it.</summary>
    Task<Update?> FindAnywhereAsync(Dot dot, CancellationToken cancellationToken);
}
