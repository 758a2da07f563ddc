using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Checks;

/// <summary>One violation with the operations that show it.</summary>
/// <param name="Operations">A small counter-example. Without any one of them it would show nothing.</param>
/// <param name="Sentence">What went wrong, for people.</param>
public sealed record Finding(Pattern Pattern, IReadOnlyList<Operation> Operations, string Sentence)
{
    public override string ToString() => $"{Pattern}: {Sentence}";
}
