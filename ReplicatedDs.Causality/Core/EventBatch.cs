using System.Collections;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// The events of one step, in order. They are there until the next step: the core uses the memory again, since events are many and seldom looked at.
/// </summary>
public readonly struct EventBatch : IReadOnlyList<ReplicaEvent>
{
    private readonly List<ReplicaEvent>? _events;

    internal EventBatch(List<ReplicaEvent> events) => _events = events;

    public int Count => _events?.Count ?? 0;

    public ReplicaEvent this[int index] => AsSpan()[index];

    public ReadOnlySpan<ReplicaEvent> AsSpan() => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_events);

    public IEnumerator<ReplicaEvent> GetEnumerator() => (_events ?? []).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
