namespace ReplicatedDs.Checker.Checks;

/// <summary>A read that returned something older than a write in its causal past.</summary>
/// <param name="Read">The read's node.</param>
/// <param name="Access">The access of the read.</param>
/// <param name="Source">The write it returned, or <see cref="OperationGraph.Initial"/>.</param>
/// <param name="Newer">The write of the same key that is causally before the read and, if there is a source, after the source.</param>
internal readonly record struct StaleRead(int Read, int Access, int Source, int Newer);
