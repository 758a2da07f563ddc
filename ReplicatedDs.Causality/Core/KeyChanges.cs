using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// Which keys a step was the first to change since an earlier state, of which <paramref name="Since"/> is what was delivered. A key that was changed before
/// nearly always has a winner that <paramref name="Since"/> does not cover, and is left out: so who collects what changed since a checkpoint
/// hears of a key once, however often it is written.
/// </summary>
/// <param name="Since">What <see cref="ReplicaCore.ChangesSince"/> was when the step began; <c>null</c>: nobody asked, and nothing is told.</param>
/// <param name="Keys">
/// Together with those of all steps since that state: every key that an update changed. A key may come more than once. Without those of which
/// something was only forgotten (<see cref="ReplicaOutput.Collected"/>).
/// </param>
public readonly record struct KeyChanges(VectorClock? Since, ImmutableArray<string> Keys);
