using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Idempotency;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Wire;

/// <summary>Values to encode, and their description as text: records with arrays inside do not compare by content.</summary>
internal static class Samples
{
    public const string ClusterId = "00112233445566778899aabbccddeeff";

    public static readonly Incarnation Incarnation = new(new UInt128(0x0102030405060708, 0x090a0b0c0d0e0f10));

    public static Update Set(Dot dot, VectorClock others, long timestamp, string key, string value) =>
        new(dot, others.With(dot.Replica, dot.Counter - 1), new HybridTimestamp(timestamp), [new SetOperation(key, Encoding.UTF8.GetBytes(value), null)]);

    public static ImmutableArray<Update> EveryKind()
    {
        var origin = new ReplicaId(2);
        ImmutableArray<Operation> operations =
        [
            new SetOperation("x", new byte[] { 1, 2, 3 }, null),
            new SetOperation("schlüssel", ReadOnlyMemory<byte>.Empty, "text/plain"),
            new DeleteOperation("y"),
            new IncrementOperation("n", -3),
            new AddOperation("s", "a"),
            new RemoveOperation("s", "b"),
            new AdmitOperation(new ReplicaId(3), Incarnation, "replica-3", "http://127.0.0.1:1", "http://127.0.0.1:2"),
            new ActivateOperation(new ReplicaId(3)),
            new AbortOperation(new ReplicaId(4)),
            new LeaveOperation(origin),
            new GuestOperation(new ReplicaId(9)),
            new IntentOperation(new ReplicaId(5), IsForced: false),
            new IntentOperation(new ReplicaId(6), IsForced: true),
            new PromiseOperation(new ReplicaId(5)),
        ];
        return
        [
            new Update(new Dot(2, 1), VectorClock.Of((1, 4)), new HybridTimestamp(65_536), operations),
            new Update(
                new Dot(2, 2), VectorClock.Of((1, 4), (2, 1)), new HybridTimestamp(65_537), [new DeleteOperation("x")],
                new TraceContext(new UInt128(1, 2), 3, 1), "once"),
            new Update(new Dot(2, 3), VectorClock.Of((1, 6), (2, 2), (7, 300)), new HybridTimestamp(65_530), [new DeleteOperation("x")]),
            new Update(new Dot(1, 7), VectorClock.Of((1, 6)), new HybridTimestamp(-5), [new DeleteOperation("x")]),
            new Update(new Dot(2, 4), VectorClock.Of((1, 40), (2, 3), (7, 301)), new HybridTimestamp(70_000), [new DeleteOperation("x")]),
        ];
    }

    public static ReplicaState State(int keys)
    {
        var space = KeySpace.Empty.ToBuilder();
        for (var i = 0; i < keys; i++)
        {
            var winner = new KeyVersion(new Dot(1, i + 1), new HybridTimestamp(i + 10), VersionKind.Register, new byte[] { (byte)i, 2 }, i % 2 == 0 ? "text/plain" : null);
            var loser = new KeyVersion(new Dot(2, i + 1), new HybridTimestamp(i), i % 3 == 0 ? VersionKind.Tombstone : VersionKind.Register, ReadOnlyMemory<byte>.Empty, null);
            space.Set($"key-{i:d5}", i % 7 == 6 ? Mixed(i) : KeyState.Of(i % 5 == 0 ? [winner, loser] : [winner]));
        }

        var members = MemberTable.Of(
        [
            new Member(new ReplicaId(1), Incarnation, "replica-1", "http://a", "http://b", MemberStatus.Active, new Dot(1, 1), VectorClock.Of((1, 1)), new Dot(1, 1)),
            new Member(new ReplicaId(3), default, "replica-3", "", "", MemberStatus.Departed, new Dot(1, 2), VectorClock.Of((1, 2)), default, 17, new Eviction(true, VectorClock.Of((1, 9), (2, 8))), new Retirement([new Dot(1, 9)])),
        ]);
        return new ReplicaState(
            VectorClock.Of((1, keys + 2), (2, keys + 1)),
            space.ToKeySpace(),
            members,
            new HybridTimestamp(99),
            ImmutableSortedDictionary<ReplicaId, StreamHead>.Empty.Add(new ReplicaId(1), new StreamHead(VectorClock.Of((1, 4)), 258)).Add(new ReplicaId(2), new StreamHead(VectorClock.Empty, 0)))
        {
            OperationIds = OperationIds.Empty.Add("once", new KnownOperation(new Dot(2, 1), 7, 100, ["x", "y"])).Add("once", new KnownOperation(new Dot(1, 3), 8, 101, [])),
        };
    }

    /// <summary>A counter, on top of an integer, beside a set.</summary>
    public static KeyState Mixed(int seed) => KeyState.Of(
        [
            new KeyVersion(new Dot(1, 5), new HybridTimestamp(seed), VersionKind.Register, "10"u8.ToArray(), null),
            new KeyVersion(new Dot(1, 8), new HybridTimestamp(seed + 3), VersionKind.Counter, default, null),
            new KeyVersion(new Dot(2, 4), new HybridTimestamp(seed + 2), VersionKind.Counter, default, null),
            new KeyVersion(new Dot(3, 2), new HybridTimestamp(seed + 1), VersionKind.Set, default, null),
        ],
        Counter.Of(
        [
            OriginCount.Of(new ReplicaId(1), 6, 100, [new Increment(7, -1), new Increment(8, Int128.MaxValue)]),
            OriginCount.Of(new ReplicaId(2), 0, 0, [new Increment(4, long.MinValue)]),
        ]),
        MemberSet.Of([KeyValuePair.Create("a", ImmutableArray.Create(new Dot(3, 1))), KeyValuePair.Create("ж", ImmutableArray.Create(new Dot(1, 1), new Dot(3, 2)))]));

    public static string Describe(IEnumerable<Update> updates) => string.Join("\n", updates.Select(Describe));

    public static string Describe(Update update) => string.Create(
        CultureInfo.InvariantCulture,
        $"{update.Dot} {update.Dependencies} {update.Timestamp.Packed} {update.Trace} {update.OperationId} [{string.Join("; ", update.Operations.Select(Describe))}]");

    public static string Describe(KeyState state) =>
        string.Join("; ", state.Versions.Select(version => $"{version with { Value = default }} {Convert.ToHexString(version.Value.Span)}"))
        + string.Concat((state.Counter?.Origins ?? []).Select(origin => $"; {origin.Origin}:{origin.Position}={origin.Base} {string.Join(' ', origin.Open)} ={origin.Sum}"))
        + string.Concat(state.Members.All.Select(member => $"; {member.Key} {string.Join(' ', member.Value)}"));

    public static string Describe(ReplicaState state) => string.Join(
        "\n",
        [
            $"{state.Delivered} {state.Timestamp.Packed}",
            .. state.Heads.Select(pair => $"{pair.Key} {pair.Value.Dependencies} {pair.Value.Digest:x}"),
            .. state.Members.Select(member => member.ToString()),
            .. state.OperationIds.All.Select(one => $"{one.Id} {one.Operation with { Keys = [] }} {string.Join(' ', one.Operation.Keys)}"),
            .. state.Keys.All.Select(pair => $"{pair.Key} {Describe(pair.Value)}"),
        ]);

    /// <summary>Batches of causally plausible and of wild updates, of few origins so that differences are taken.</summary>
    public static Gen<Update[]> Batches()
    {
        var number = Gen.OneOf(Gen.Choose(1, 20).Select(value => (long)value), Gen.Elements(1L, 127, 128, 1L << 40, long.MaxValue - 1, long.MaxValue));
        var entry = from id in Gen.Choose(1, 20) from counter in number select new Dot(id, counter);
        var key = Gen.Elements("x", "y", "ключ", "a:b|c%", new string('k', 1024));
        var value = Gen.Choose(0, 300).Select(length => new ReadOnlyMemory<byte>(new byte[length]));
        var set = from k in key from v in value from type in Gen.Elements(null, "text/plain", "") select (Operation)new SetOperation(k, v, type);
        var operation = Gen.OneOf(
            set,
            key.Select(k => (Operation)new DeleteOperation(k)),
            from k in key from amount in Gen.Elements(0, 1, -1, long.MaxValue, long.MinValue) select (Operation)new IncrementOperation(k, amount),
            from k in key from member in Gen.Elements("a", "ж", new string('m', 1024)) select (Operation)new AddOperation(k, member),
            key.Select(k => (Operation)new RemoveOperation(k, "a")),
            Gen.Choose(1, 9).Select(id => (Operation)new ActivateOperation(new ReplicaId(id))));
        var update =
            from origin in Gen.Choose(1, 3)
            from counter in number
            from grow in entry.ArrayOf(3)
            from reset in Gen.Choose(0, 5)
            from timestamp in Gen.Elements(0L, 1, -1, long.MaxValue, long.MinValue, 1L << 50)
            from operations in operation.NonEmptyListOf()
            from operationId in Gen.Elements(null, "id", "")
            from traced in Gen.Elements(true, false)
            select (origin, counter, grow, reset, timestamp, operations, operationId, traced);
        return update.ArrayOf().Select(parts =>
        {
            var last = new Dictionary<int, Update>();
            var result = new List<Update>();
            foreach (var part in parts)
            {
                var previous = last.GetValueOrDefault(part.origin);
                var follows = previous is not null && part.reset > 0 && previous.Dot.Counter < long.MaxValue;
                var dot = new Dot(part.origin, follows ? previous!.Dot.Counter + 1 : part.counter);
                var clock = follows ? previous!.Dependencies : VectorClock.Empty;
                foreach (var dependency in part.grow.Take(part.reset))
                {
                    clock = clock.With(dependency);
                }

                var one = new Update(
                    dot, clock.With(dot.Replica, dot.Counter - 1), new HybridTimestamp(part.timestamp), [.. part.operations],
                    part.traced ? new TraceContext(UInt128.MaxValue, 7, 1) : null, part.operationId);
                last[part.origin] = one;
                result.Add(one);
            }

            return result.ToArray();
        });
    }

    private static string Describe(Operation operation) => operation is SetOperation set
        ? $"Set {set.Key} {Convert.ToHexString(set.Value.Span)} {set.ContentType ?? "none"}"
        : operation.ToString();
}
