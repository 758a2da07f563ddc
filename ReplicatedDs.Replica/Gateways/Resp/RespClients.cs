using System.Collections.Concurrent;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>The connections that are open, for CLIENT LIST. Safe from any thread.</summary>
internal sealed class RespClients
{
    private readonly ConcurrentDictionary<long, RespSession> _sessions = new();
    private long _last;

    public int Count => _sessions.Count;

    public IEnumerable<RespSession> All => _sessions.OrderBy(one => one.Key).Select(one => one.Value);

    public long NextId() => Interlocked.Increment(ref _last);

    public void Add(RespSession session) => _sessions[session.Id] = session;

    public void Remove(RespSession session) => _sessions.TryRemove(session.Id, out _);
}
