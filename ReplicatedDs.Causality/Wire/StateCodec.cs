using System.Buffers;
using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Forks;
using ReplicatedDs.Causality.Idempotency;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Wire;

/// <summary>
/// A replica's state in bytes, as checkpoints and snapshots hold it: one header with everything but the keys, and each key by itself.
/// </summary>
public static class StateCodec
{
    private const byte HeaderVersion = 3;
    private const byte HeaderVersionWithoutDigests = 2;
    private const byte KeyVersionByte = 1;

    // What a version of a key is. Stored and sent: only ever appended. Where there is a version of an increment, the amounts follow all
    // versions; where there is one of a set, then the members.
    private const byte RegisterKind = 1;
    private const byte TypedRegisterKind = 2;
    private const byte TombstoneKind = 3;
    private const byte CounterKind = 4;
    private const byte SetKind = 5;
    private const byte VoidKind = 6;
    private const byte ReferenceKind = 7;
    private const byte TypedReferenceKind = 8;

    /// <summary>Everything but the keys.</summary>
    public static void WriteHeader(IBufferWriter<byte> target, ReplicaState state)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(state);
        target.WriteByte(HeaderVersion);
        target.WriteClock(state.Delivered);
        target.WriteSigned(state.Timestamp.Packed);
        target.WriteCount(state.Heads.Count, WireLimits.ClockEntriesMax, "origins");
        foreach (var (origin, head) in state.Heads)
        {
            target.WriteReplica(origin);
            target.WriteClock(head.Dependencies);
            target.WriteUInt64(head.Digest);
        }

        target.WriteCount(state.Members.Count, WireLimits.MembersMax, "members");
        foreach (var member in state.Members)
        {
            target.WriteReplica(member.Id);
            target.WriteUInt128(member.Incarnation.Value);
            target.WriteText(member.Name, WireLimits.TextBytesMax, "name");
            target.WriteText(member.HttpAddress, WireLimits.TextBytesMax, "client address");
            target.WriteText(member.PeerAddress, WireLimits.TextBytesMax, "peer address");
            target.WriteByte((byte)member.Status);
            target.WriteDot(member.Admitted);
            target.WriteClock(member.Floor);
            target.WriteBool(member.Activated != default);
            if (member.Activated != default)
            {
                target.WriteDot(member.Activated);
            }

            target.WriteCounter(member.Final, least: 0);
            WriteEviction(target, member.Eviction);
            WriteRetirement(target, member.Retirement);
        }

        WriteOperationIds(target, state.OperationIds);
    }

    /// <exception cref="WireFormatException">The bytes are not exactly one header.</exception>
    public static ReplicaState ReadHeader(ReadOnlySpan<byte> source, KeySpace keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var reader = new WireReader(source);
        var version = reader.ReadByte();
        if (version is not (HeaderVersion or HeaderVersionWithoutDigests))
        {
            throw new WireFormatException($"This state header has format version {version}; this program reads version {HeaderVersion}.");
        }

        var delivered = reader.ReadClock();
        var timestamp = new HybridTimestamp(reader.ReadSigned());
        var heads = ImmutableSortedDictionary.CreateBuilder<ReplicaId, StreamHead>();
        var headCount = reader.ReadCount(WireLimits.ClockEntriesMax, 2, "origins");
        for (var i = 0; i < headCount; i++)
        {
            var origin = reader.ReadReplica();
            if (!heads.TryAdd(origin, new StreamHead(reader.ReadClock(), version == HeaderVersion ? reader.ReadUInt64() : StreamDigest.Unknown)))
            {
                throw new WireFormatException($"Origin {origin} is listed twice.");
            }
        }

        var memberCount = reader.ReadCount(WireLimits.MembersMax, 27, "members");
        var members = new Dictionary<ReplicaId, Member>(memberCount);
        for (var i = 0; i < memberCount; i++)
        {
            var member = ReadMember(ref reader);
            if (!members.TryAdd(member.Id, member))
            {
                throw new WireFormatException($"Member {member.Id} is listed twice.");
            }
        }

        var operationIds = ReadOperationIds(ref reader);
        reader.ExpectEnd("state header");
        var table = MemberTable.Of(members.Values);
        return new ReplicaState(delivered.Retire(table.Retired), keys, table, timestamp, heads.ToImmutable()) { OperationIds = operationIds };
    }

    public static void WriteKey(IBufferWriter<byte> target, KeyState state)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(state);
        target.WriteByte(KeyVersionByte);
        target.WriteCount(state.Versions.Length, WireLimits.VersionsMax, "versions of a key");
        foreach (var version in state.Versions)
        {
            target.WriteByte(KindOf(version));
            target.WriteDot(version.Dot);
            target.WriteSigned(version.Timestamp.Packed);
            if (version.Kind != VersionKind.Register)
            {
                continue;
            }

            if (version.ContentType is not null)
            {
                target.WriteText(version.ContentType, WireLimits.TextBytesMax, "content type");
            }

            if (version.IsReference)
            {
                target.WriteCount(version.Value.Length, WireLimits.ValueBytesMax, "bytes of a value");
                continue;
            }

            target.WriteBytes(version.Value.Span, WireLimits.ValueBytesMax, "value");
        }

        if (state.Versions.Any(version => version.Kind == VersionKind.Counter))
        {
            WriteCounter(target, state.Counter);
        }

        if (state.Versions.Any(version => version.Kind == VersionKind.Set))
        {
            WriteMembers(target, state.Members);
        }
    }

    /// <exception cref="WireFormatException">The bytes are not exactly one key's state.</exception>
    public static KeyState ReadKey(ReadOnlySpan<byte> source)
    {
        var reader = new WireReader(source);
        var state = ReadKey(ref reader);
        reader.ExpectEnd("key state");
        return state;
    }

    internal static KeyState ReadKey(ref WireReader reader)
    {
        reader.ExpectVersion(KeyVersionByte, "key state");
        var count = reader.ReadCount(WireLimits.VersionsMax, 4, "versions of a key");
        var versions = new List<KeyVersion>(count);
        for (var i = 0; i < count; i++)
        {
            versions.Add(ReadVersion(ref reader));
        }

        try
        {
            var counter = versions.Exists(version => version.Kind == VersionKind.Counter) ? ReadCounter(ref reader) : null;
            var members = versions.Exists(version => version.Kind == VersionKind.Set) ? ReadMembers(ref reader) : null;
            return KeyState.Of(versions, counter, members);
        }
        catch (ArgumentException exception)
        {
            throw new WireFormatException("A key has no versions, or parts that do not belong together.", exception);
        }
    }

    private static byte KindOf(KeyVersion version) => version.Kind switch
    {
        VersionKind.Register when version.IsReference => version.ContentType is null ? ReferenceKind : TypedReferenceKind,
        VersionKind.Register => version.ContentType is null ? RegisterKind : TypedRegisterKind,
        VersionKind.Tombstone => TombstoneKind,
        VersionKind.Counter => CounterKind,
        VersionKind.Set => SetKind,
        VersionKind.Void => VoidKind,
        _ => throw new ArgumentException($"There is no format for a version of kind {version.Kind}."),
    };

    private static KeyVersion ReadVersion(ref WireReader reader)
    {
        var byteOfKind = reader.ReadByte();
        var kind = byteOfKind switch
        {
            RegisterKind or TypedRegisterKind or ReferenceKind or TypedReferenceKind => VersionKind.Register,
            TombstoneKind => VersionKind.Tombstone,
            CounterKind => VersionKind.Counter,
            SetKind => VersionKind.Set,
            VoidKind => VersionKind.Void,
            _ => throw new WireFormatException(
                $"A key has a version of kind {byteOfKind}, which this program does not know; it may come from a newer one."),
        };
        var dot = reader.ReadDot();
        var timestamp = new HybridTimestamp(reader.ReadSigned());
        var contentType = byteOfKind is TypedRegisterKind or TypedReferenceKind ? reader.ReadText(WireLimits.TextBytesMax, "content type") : null;
        var value = byteOfKind is ReferenceKind or TypedReferenceKind
            ? ReadReference(ref reader)
            : kind == VersionKind.Register ? reader.ReadBytes(WireLimits.ValueBytesMax, "value").ToArray() : [];
        return new KeyVersion(dot, timestamp, kind, value, contentType);
    }

    private static ReadOnlyMemory<byte> ReadReference(ref WireReader reader)
    {
        var length = reader.ReadVarint();
        return length is > KeyVersion.IntegerBytesMax and <= WireLimits.ValueBytesMax
            ? ValueReference.Of((int)length)
            : throw new WireFormatException($"A value of {length} bytes is said to be kept elsewhere; it would have from {KeyVersion.IntegerBytesMax + 1} to {WireLimits.ValueBytesMax}.");
    }

    private static void WriteCounter(IBufferWriter<byte> target, Counter? counter)
    {
        var origins = counter?.Origins ?? [];
        target.WriteCount(origins.Length, WireLimits.ClockEntriesMax, "origins of a counter");
        foreach (var origin in origins)
        {
            target.WriteReplica(origin.Origin);
            target.WriteCounter(origin.Position, least: 0);
            if (origin.Position > 0)
            {
                target.WriteWide(origin.Base);
            }

            target.WriteCount(origin.Open.Count, WireLimits.ElementsMax, "increments");
            var last = origin.Position;
            foreach (var increment in origin.Open)
            {
                target.WriteCounter(increment.Counter - last);
                target.WriteWide(increment.Amount);
                last = increment.Counter;
            }
        }
    }

    private static Counter? ReadCounter(ref WireReader reader)
    {
        var origins = new OriginCount[reader.ReadCount(WireLimits.ClockEntriesMax, 4, "origins of a counter")];
        for (var i = 0; i < origins.Length; i++)
        {
            var origin = reader.ReadReplica();
            var position = reader.ReadCounter(least: 0);
            var sum = position > 0 ? reader.ReadWide() : 0;
            var open = new Increment[reader.ReadCount(WireLimits.ElementsMax, 2, "increments")];
            var last = position;
            for (var j = 0; j < open.Length; j++)
            {
                last += reader.ReadCounter(most: long.MaxValue - last);
                open[j] = new Increment(last, reader.ReadWide());
            }

            origins[i] = OriginCount.Of(origin, position, sum, open);
        }

        return Counter.Of(origins);
    }

    private static void WriteMembers(IBufferWriter<byte> target, MemberSet members)
    {
        target.WriteCount(members.Count, WireLimits.ElementsMax, "members of a set");
        foreach (var (member, dots) in members.All)
        {
            target.WriteMemberText(member);
            target.WriteCount(dots.Length, WireLimits.VersionsMax, "dots of a member");
            foreach (var dot in dots)
            {
                target.WriteDot(dot);
            }
        }
    }

    private static MemberSet ReadMembers(ref WireReader reader)
    {
        var members = new KeyValuePair<string, ImmutableArray<Dot>>[reader.ReadCount(WireLimits.ElementsMax, 5, "members of a set")];
        for (var i = 0; i < members.Length; i++)
        {
            var member = reader.ReadMemberText();
            var dots = new Dot[reader.ReadCount(WireLimits.VersionsMax, 2, "dots of a member")];
            for (var j = 0; j < dots.Length; j++)
            {
                dots[j] = reader.ReadDot();
            }

            members[i] = KeyValuePair.Create(member, dots.ToImmutableArray());
        }

        return MemberSet.Of(members);
    }

    private static void WriteOperationIds(IBufferWriter<byte> target, OperationIds ids)
    {
        target.WriteCount(ids.Count, WireLimits.ElementsMax, "operation ids");
        foreach (var (id, operation) in ids.All)
        {
            target.WriteText(id, WireLimits.TextBytesMax, "operation id");
            target.WriteDot(operation.Dot);
            target.WriteUInt64(operation.Fingerprint);
            target.WriteSigned(operation.Milliseconds);
            target.WriteCount(operation.Keys.Length, WireLimits.OperationsMax, "keys of an operation");
            foreach (var key in operation.Keys)
            {
                target.WriteKeyText(key);
            }
        }
    }

    private static OperationIds ReadOperationIds(ref WireReader reader)
    {
        var ids = OperationIds.Empty;
        for (var left = reader.ReadCount(WireLimits.ElementsMax, 13, "operation ids"); left > 0; left--)
        {
            var id = reader.ReadText(WireLimits.TextBytesMax, "operation id");
            var dot = reader.ReadDot();
            var fingerprint = reader.ReadUInt64();
            var milliseconds = reader.ReadSigned();
            var keys = new string[reader.ReadCount(WireLimits.OperationsMax, 2, "keys of an operation")];
            for (var i = 0; i < keys.Length; i++)
            {
                keys[i] = reader.ReadKeyText();
            }

            ids = ids.Add(id, new KnownOperation(dot, fingerprint, milliseconds, [.. keys]));
        }

        return ids;
    }

    private static Member ReadMember(ref WireReader reader)
    {
        var id = reader.ReadReplica();
        var incarnation = new Incarnation(reader.ReadUInt128());
        var name = reader.ReadText(WireLimits.TextBytesMax, "name");
        var http = reader.ReadText(WireLimits.TextBytesMax, "client address");
        var peer = reader.ReadText(WireLimits.TextBytesMax, "peer address");
        var status = (MemberStatus)reader.ReadByte();
        if (!Enum.IsDefined(status))
        {
            throw new WireFormatException($"Member {id} has status {(int)status}, which this program does not know; it may come from a newer one.");
        }

        var admitted = reader.ReadDot();
        var floor = reader.ReadClock();
        var activated = reader.ReadBool("activated") ? reader.ReadDot() : default;
        var final = reader.ReadCounter(least: 0);
        return new Member(id, incarnation, name, http, peer, status, admitted, floor, activated, final, ReadEviction(ref reader), ReadRetirement(ref reader));
    }

    private static void WriteEviction(IBufferWriter<byte> target, Eviction? eviction)
    {
        target.WriteBool(eviction is not null);
        if (eviction is null)
        {
            return;
        }

        target.WriteBool(eviction.IsForced);
        target.WriteClock(eviction.PromisedBy);
    }

    private static void WriteRetirement(IBufferWriter<byte> target, Retirement? retirement)
    {
        target.WriteBool(retirement is not null);
        if (retirement is null)
        {
            return;
        }

        target.WriteCount(retirement.By.Count, WireLimits.MembersMax, "retiring updates");
        foreach (var dot in retirement.By)
        {
            target.WriteDot(dot);
        }
    }

    private static Retirement? ReadRetirement(ref WireReader reader)
    {
        if (!reader.ReadBool("retired"))
        {
            return null;
        }

        var dots = new Dot[reader.ReadCount(WireLimits.MembersMax, 2, "retiring updates")];
        for (var i = 0; i < dots.Length; i++)
        {
            dots[i] = reader.ReadDot();
        }

        return new Retirement([.. dots]);
    }

    private static Eviction? ReadEviction(ref WireReader reader)
    {
        if (!reader.ReadBool("evicted"))
        {
            return null;
        }

        var isForced = reader.ReadBool("forced");
        return new Eviction(isForced, reader.ReadClock());
    }
}
