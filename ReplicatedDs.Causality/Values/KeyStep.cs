namespace ReplicatedDs.Causality.Values;

/// <summary>What changes of a key tree belong together: only the last tree of them is wanted, so nodes that the first of them made the others change in place.</summary>
/// <param name="Owner">Marks the nodes that were made for it.</param>
/// <param name="History">In which leaves may be changed in place; <c>null</c>: none may be.</param>
/// <param name="From">When the tree was that the changes began from, which others may go on from; <c>null</c>: nobody else changes it.</param>
internal readonly record struct KeyStep(object Owner, KeyHistory? History, KeyMoment? From);
