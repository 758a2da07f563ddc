using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>One violation with the operations that show it.</summary>
/// <param name="Operations">
/// A small counter-example: these operations alone, in the order of their sessions, show the pattern, including how one came to be
/// causally before another. (For WriteHBInitRead and CyclicHB only the operations at the turns are listed.)
/// </param>
/// <param name="Sentence">What went wrong, for people.</param>
public sealed record Finding(Pattern Pattern, IReadOnlyList<Operation> Operations, string Sentence)
{
    public override string ToString() => $"{Pattern}: {Sentence}";
}
