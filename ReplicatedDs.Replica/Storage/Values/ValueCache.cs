namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>The values that were read last, bounded in bytes. Safe from any thread.</summary>
internal sealed class ValueCache(long bytesMax)
{
    /// <summary>About what an entry takes besides its key and value.</summary>
    private const int Overhead = 200;

    private readonly Lock _gate = new();
    private readonly Dictionary<ValueId, LinkedListNode<(ValueId Id, byte[] Value)>> _byId = [];
    private readonly LinkedList<(ValueId Id, byte[] Value)> _order = new(); // the last read first
    private long _bytes;

    public byte[]? Find(ValueId id)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(id, out var node))
            {
                return null;
            }

            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value.Value;
        }
    }

    public void Add(ValueId id, byte[] value)
    {
        lock (_gate)
        {
            if (_byId.ContainsKey(id))
            {
                return;
            }

            _byId[id] = _order.AddFirst((id, value));
            _bytes += SizeOf(id, value);
            while (_bytes > bytesMax)
            {
                var (oldest, bytes) = _order.Last!.Value;
                _order.RemoveLast();
                _byId.Remove(oldest);
                _bytes -= SizeOf(oldest, bytes);
            }
        }
    }

    private static long SizeOf(ValueId id, byte[] value) => Overhead + (2L * id.Key.Length) + value.Length;
}
