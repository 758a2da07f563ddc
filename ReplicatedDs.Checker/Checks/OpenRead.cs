namespace ReplicatedDs.Checker.Checks;

/// <summary>An absence that names no delete, kept with the read's clock until all deletes are known.</summary>
internal readonly record struct OpenRead(int Read, int Access, int[] Clock);
