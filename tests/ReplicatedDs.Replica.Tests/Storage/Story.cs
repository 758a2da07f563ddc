using System.Collections.Immutable;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Tests.Storage;

/// <summary>Makes updates in an order in which a replica could have delivered them, and knows the state that they lead to.</summary>
internal sealed class Story
{
    public static readonly ReplicaIdentity Identity = new("00112233445566778899aabbccddeeff", new ReplicaId(1), new Incarnation(42));

    private VectorClock _delivered = VectorClock.Empty;
    private long _timestamp = 1;

    public List<Update> All { get; } = [];

    /// <summary>What the updates up to now lead to, by replaying all of them.</summary>
    public ReplicaState Expected => ReplicaCore.Replay(ReplicaState.Empty, All);

    public Update Found()
    {
        var update = ReplicaCore.Found(new AdmitOperation(Identity.Id, Identity.Incarnation, "replica-1", "http://a", "http://b"), new Instant(1, 1));
        return Take(update);
    }

    public Update Write(int origin, string key, string value) =>
        Write(origin, new SetOperation(key, Encoding.UTF8.GetBytes(value), "text/plain"));

    public Update Write(int origin, params Operation[] operations)
    {
        var replica = new ReplicaId(origin);
        return Take(new Update(new Dot(replica, _delivered[replica] + 1), _delivered, new HybridTimestamp(++_timestamp << 16), [.. operations]));
    }

    public static string Describe(ReplicaState state) => string.Join(
        "\n",
        [
            $"{state.Delivered} {state.Timestamp.Packed}",
            .. state.Heads.Select(pair => $"{pair.Key} {pair.Value.Dependencies} {pair.Value.Digest:x}"),
            .. state.Members.Select(member => member.ToString()),
            .. state.Keys.All.Select(pair => $"{pair.Key} {string.Join("; ", pair.Value.Versions.Select(version =>
                $"{version with { Value = default }} {Convert.ToHexString(version.Value.Span)}"))}"),
        ]);

    public static string Describe(IEnumerable<Update> updates) => string.Join(" ", updates.Select(update => $"{update.Dot}{update.Dependencies}"));

    /// <summary>What the loop does: append, then publish.</summary>
    public async Task AppendAsync(SqliteReplicaStore store, params ImmutableArray<Update> updates)
    {
        await store.AppendAsync(updates, isPromise: true, default);
        store.Published(Expected, updates, [], VectorClock.Empty);
    }

    private Update Take(Update update)
    {
        _delivered = _delivered.With(update.Dot);
        All.Add(update);
        return update;
    }
}
