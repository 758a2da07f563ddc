using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Values;

/// <summary>
/// What a replica holds for one key: the versions that no other supersedes (siblings), the winner first; if some of them are increments or
/// changes of a set, also the amounts and the members. Immutable.
/// </summary>
/// <remarks>
/// Siblings as in Preguiça et al., "Dotted Version Vectors" (2012); the winner by (timestamp, id) makes convergence deterministic
/// (CCv of Bouajjani et al., POPL 2017). A set or delete supersedes everything in its causal past; an increment only earlier increments'
/// versions, and a change of a set only earlier changes' versions, so the winner's timestamp never goes back, whatever was collected.
/// </remarks>
public sealed class KeyState
{
    // Invariant: the winner and these are descending, pairwise distinct in (dot, kind). Where there are increments or members there is a version of their kind.
    // Nearly every key has one version and no more: that alone is in the object, which a store has by the million.
    private readonly KeyVersion _winner;
    private readonly Rest? _rest;

    private KeyState(in KeyVersion only) => _winner = only;

    /// <param name="versions">Not empty.</param>
    private KeyState(ImmutableArray<KeyVersion> versions, Counter? counter, MemberSet members) => (_winner, _rest) = (
        versions[0],
        versions.Length == 1 && counter is null && members.Count == 0 ? null : new Rest(versions[1..], counter, members));

    /// <summary>All versions, the winner first.</summary>
    public ImmutableArray<KeyVersion> Versions => [_winner, .. Others];

    private ImmutableArray<KeyVersion> Others => _rest?.Others ?? [];

    private int VersionCount => 1 + Others.Length;

    private ref readonly KeyVersion At(int index) => ref index == 0 ? ref _winner : ref Others.ItemRef(index - 1);

    /// <summary>The first of <see cref="Versions"/>.</summary>
    public ref readonly KeyVersion Winner => ref _winner;

    /// <summary>The increments that no set or delete supersedes; <c>null</c> if there are none.</summary>
    public Counter? Counter => _rest?.Counter;

    /// <summary>The members that were added to the key, whether or not a set is what it shows.</summary>
    public MemberSet Members => _rest?.Members ?? MemberSet.Empty;

    /// <summary>What a plain read finds: the winner's type. Increments beside a winning integer count on from it.</summary>
    public ValueKind Kind => Winner.Kind switch
    {
        VersionKind.Register => Counter is not null && Winner.TryGetInteger(out _) ? ValueKind.Counter : ValueKind.Register,
        VersionKind.Counter when Counter is not null || StartOf(out _) => ValueKind.Counter,
        VersionKind.Set when Members.Count > 0 => ValueKind.Set,
        _ => ValueKind.Absent,
    };

    /// <summary>Whether a plain read finds a value.</summary>
    public bool IsPresent => Kind != ValueKind.Absent;

    /// <summary>
    /// The versions that a reader has to know of: those of a counter or set say nothing of deletes that it outlived.
    /// </summary>
    public IEnumerable<KeyVersion> Siblings => Winner.IsReset
        ? Versions.Where(version => version.Kind != VersionKind.Void)
        : Versions.Where(version => !version.IsPassing);

    /// <summary>The dots of <see cref="Siblings"/>, the winner's first, each once: they change whenever the value does.</summary>
    public ImmutableArray<Dot> Dots => [.. Siblings.Select(version => version.Dot).Distinct()];

    /// <summary>How many values compete: 1 without a conflict. All increments together are one value, with the integer that they count from.</summary>
    public int SiblingCount
    {
        get
        {
            if (Others.IsEmpty)
            {
                return 1;
            }

            var groups = 0;
            for (var i = 0; i < VersionCount; i++)
            {
                ref readonly var version = ref At(i);
                groups += version.IsReset && (Winner.IsReset ? version.Kind != VersionKind.Void : !version.IsPassing) ? 1 : 0;
            }

            groups += Members.Count > 0 || Winner.Kind == VersionKind.Set ? 1 : 0;
            return Counter is null || (Kind == ValueKind.Counter && StartOf(out _)) ? groups : groups + 1;
        }
    }

    /// <summary>The counter's value: all increments, counted from the latest integer among the versions, else from 0; cut to 64 bits.</summary>
    public long Count
    {
        get
        {
            StartOf(out var start);
            return (long)Int128.Clamp(start + (Counter?.Sum ?? 0), long.MinValue, long.MaxValue);
        }
    }

    /// <summary>Whether <see cref="Collect"/> will find something once the stable vector has come far enough.</summary>
    public bool IsCollectable
    {
        get
        {
            if (Counter is { HasOpen: true } || !IsPresent)
            {
                return true;
            }

            for (var i = 0; i < VersionCount; i++)
            {
                if (At(i).IsPassing)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether the value of a version is kept outside the state.</summary>
    public bool HasReferences
    {
        get
        {
            for (var i = 0; i < VersionCount; i++)
            {
                if (At(i).IsReference)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Bytes that it takes in memory, about, beside another state of the key, which has most of a set or counter in common with it.</summary>
    internal long BytesBeside(KeyState other)
    {
        const int Bare = 64;
        const int Count = 256;
        const int Set = 1024;
        const int Member = 200;
        const int Small = 1024; // whether a value is elsewhere can only be seen by looking at it, which is to wait for memory
        var members = Members.Count;
        var bytes = Bare + (Counter is null ? 0L : Count) + (members == 0 ? 0 : Set + (Math.Max(0L, members - other.Members.Count) * Member));
        for (var i = 0; i < VersionCount; i++)
        {
            ref readonly var version = ref At(i);
            bytes += Bare + (version.Value.Length > Small && version.IsReference ? 0 : version.Value.Length);
        }

        return bytes;
    }

    /// <summary>The same with other bytes for each register's value: references in the place of values, or values in that of references.</summary>
    public KeyState WithValues(Func<KeyVersion, ReadOnlyMemory<byte>> valueOf) => new(
        [.. Versions.Select(version => version.Kind == VersionKind.Register ? version with { Value = valueOf(version) } : version)], Counter, Members);

    /// <summary>The bytes that a plain read gives: those of a register, or a counter's value in decimal digits; nothing for a set.</summary>
    public ReadOnlyMemory<byte> ToBytes() => Kind switch
    {
        ValueKind.Register => Winner.Value,
        ValueKind.Counter => Encoding.ASCII.GetBytes(Count.ToString(CultureInfo.InvariantCulture)),
        _ => default,
    };

    /// <summary>Makes a state of its parts; the versions in any order.</summary>
    /// <exception cref="ArgumentException">There is no version, two of a kind carry the same dot, or a part lacks its versions.</exception>
    public static KeyState Of(IEnumerable<KeyVersion> versions, Counter? counter = null, MemberSet? members = null)
    {
        ArgumentNullException.ThrowIfNull(versions);
        ImmutableArray<KeyVersion> sorted = [.. versions.OrderDescending()];
        if (sorted.IsEmpty || sorted.DistinctBy(version => (version.Dot, version.Kind)).Count() != sorted.Length)
        {
            throw new ArgumentException("A key's state needs at least one version, each with a dot of its own.", nameof(versions));
        }

        return (counter is not null && !sorted.Any(version => version.Kind == VersionKind.Counter))
            || (members is { Count: > 0 } && !sorted.Any(version => version.Kind == VersionKind.Set))
            ? throw new ArgumentException("Increments and members come with versions of their kind.", nameof(versions))
            : new KeyState(sorted, counter, members ?? MemberSet.Empty);
    }

    /// <summary>
    /// Applies a set or delete to <paramref name="state"/> (<c>null</c>: nothing there yet): the new version supersedes all that
    /// <paramref name="context"/> covers, and earlier operations of the same update.
    /// </summary>
    public static KeyState Write(KeyState? state, in KeyVersion version, VectorClock context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (state is null || (state.Others.IsEmpty && context.Covers(state.Winner.Dot)))
        {
            return new KeyState(version); // nearly always: nothing is allocated beside what is kept
        }

        return new KeyState(Above(state, version, context), state.Counter?.Reset(context, version.Dot), state.Members.Reset(context, version.Dot));
    }

    /// <summary>The versions that the new one does not supersede, and itself, in their order.</summary>
    private static ImmutableArray<KeyVersion> Above(KeyState state, in KeyVersion version, VectorClock context)
    {
        var kept = ImmutableArray.CreateBuilder<KeyVersion>(state.VersionCount + 1);
        var isIn = false;
        for (var i = 0; i < state.VersionCount; i++)
        {
            ref readonly var old = ref state.At(i);
            if (context.Covers(old.Dot) || old.Dot == version.Dot)
            {
                continue;
            }

            if (!isIn && version.CompareTo(old) > 0)
            {
                kept.Add(version);
                isIn = true;
            }

            kept.Add(old);
        }

        if (!isIn)
        {
            kept.Add(version);
        }

        return kept.DrainToImmutable();
    }

    /// <summary>
    /// Whether the update has to delete the key first: what counts or collects on a key that shows nothing must not bring back what is
    /// hidden there, and may be gone already where it is collected.
    /// </summary>
    public static bool StartsAnew(KeyState? state, KeyOperation operation) =>
        operation is not (SetOperation or DeleteOperation) && state is not { IsPresent: true };

    /// <summary>
    /// Applies one operation of <paramref name="update"/> as if it had been taken back at once: what it supersedes is superseded, but it leaves
    /// no value.
    /// </summary>
    public static KeyState ApplyVoid(KeyState? state, Update update, KeyOperation operation)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Apply(state, update, operation).Void(update.Dot);
    }

    /// <summary>Takes back what an update wrote, though not what it superseded.</summary>
    public KeyState Void(Dot dot)
    {
        ImmutableArray<KeyVersion> kept =
        [
            .. Versions
                .Select(version => version.Dot != dot || !version.IsReset ? version : new KeyVersion(dot, default, VersionKind.Void, default, null))
                .OrderDescending(),
        ];
        return new KeyState(kept, Counter?.Without(dot), Members.Without(dot));
    }

    /// <summary>Applies one operation of <paramref name="update"/> to the key that it names.</summary>
    public static KeyState Apply(KeyState? state, Update update, KeyOperation operation)
    {
        ArgumentNullException.ThrowIfNull(update);
        var (dot, context) = (update.Dot, update.Dependencies);
        KeyVersion Version(VersionKind kind) => new(dot, update.Timestamp, kind, default, null);
        switch (operation)
        {
            case SetOperation set:
                return Write(state, new KeyVersion(dot, update.Timestamp, VersionKind.Register, set.Value, set.ContentType), context);
            case DeleteOperation:
                return Write(state, Version(VersionKind.Tombstone), context);
            case IncrementOperation increment:
                return new KeyState(
                    Touch(state, Version(VersionKind.Counter), context),
                    Counter.Add(state?.Counter, dot, increment.By),
                    state?.Members ?? MemberSet.Empty);
            case AddOperation add:
                return new KeyState(
                    Touch(state, Version(VersionKind.Set), context), state?.Counter, (state?.Members ?? MemberSet.Empty).Add(add.Member, dot, context));
            case RemoveOperation remove:
                return new KeyState(
                    Touch(state, Version(VersionKind.Set), context), state?.Counter, (state?.Members ?? MemberSet.Empty).Remove(remove.Member, dot, context));
            default:
                throw new InvalidOperationException($"Update {update.Dot} has an operation of unknown kind {operation?.GetType().Name}.");
        }
    }

    /// <summary>
    /// Drops what nobody needs any more once <paramref name="stable"/> covers it: an absent key whole when all of it is stable, a beaten
    /// tombstone alone; stable increments become one base per origin. Whatever is written later depends on everything stable.
    /// </summary>
    /// <returns>This state if nothing changes, <c>null</c> if nothing is left.</returns>
    public KeyState? Collect(VectorClock stable)
    {
        ArgumentNullException.ThrowIfNull(stable);
        if (!IsCollectable)
        {
            return this;
        }

        if (!IsPresent && Versions.All(version => stable.Covers(version.Dot)))
        {
            return null;
        }

        ImmutableArray<KeyVersion> kept = [Winner, .. Others.Where(version => !version.IsPassing || !stable.Covers(version.Dot))];
        var counter = Counter?.Fold(stable);
        return kept.Length == VersionCount && ReferenceEquals(counter, Counter) ? this : new KeyState(kept, counter, Members);
    }

    /// <summary>
    /// The state of one key where everything is delivered that either side has delivered (R5): what both have stays; what one has stays
    /// if the other has not heard of it, and is superseded or collected if the other has.
    /// </summary>
    /// <returns><paramref name="mine"/> if nothing changes, <c>null</c> if nothing is left.</returns>
    public static KeyState? Join(KeyState? mine, VectorClock mineDelivered, KeyState? theirs, VectorClock theirsDelivered)
    {
        ArgumentNullException.ThrowIfNull(mineDelivered);
        ArgumentNullException.ThrowIfNull(theirsDelivered);
        var (ours, others) = (mine?.Versions ?? [], theirs?.Versions ?? []);
        var kept = ours.Where(version => !theirsDelivered.Covers(version.Dot) || others.Any(version.IsSame)).ToList();
        var added = others.Where(version => !mineDelivered.Covers(version.Dot)).ToList();
        if (added.Count == 0 && kept.Count == ours.Length && theirs?.Counter is null && theirs?.Members is null or { Count: 0 } && mine is null or { Counter: null, Members.Count: 0 })
        {
            return mine;
        }

        var counter = Counter.Join(
            mine?.Counter,
            mineDelivered,
            others.Any(version => version.IsReset && !mineDelivered.Covers(version.Dot)),
            theirs?.Counter,
            theirsDelivered,
            ours.Any(version => version.IsReset && !theirsDelivered.Covers(version.Dot)));
        var members = MemberSet.Join(mine?.Members ?? MemberSet.Empty, mineDelivered, theirs?.Members ?? MemberSet.Empty, theirsDelivered);
        return added.Count + kept.Count == 0 ? null : new KeyState([.. kept.Concat(added).OrderDescending()], counter, members);
    }

    /// <summary>Decimal digits with an optional minus, in the one way to write them, within 64 bits.</summary>
    public static bool TryParseInteger(ReadOnlySpan<byte> bytes, out long value) =>
        Utf8Parser.TryParse(bytes, out value, out var length) && length == bytes.Length
        && (bytes is [>= (byte)'1' and <= (byte)'9', ..] or [(byte)'-', >= (byte)'1' and <= (byte)'9', ..] or [(byte)'0']);

    /// <summary>The versions after an increment or a change of a set: it supersedes the earlier ones of its own kind.</summary>
    private static ImmutableArray<KeyVersion> Touch(KeyState? state, KeyVersion version, VectorClock context) => state is null
        ? [version]
        : [.. state.Versions.Where(old => old.Kind != version.Kind || (!context.Covers(old.Dot) && old.Dot != version.Dot)).Append(version).OrderDescending()];

    private bool StartOf(out long start)
    {
        for (var i = 0; i < VersionCount; i++)
        {
            if (At(i).TryGetInteger(out start))
            {
                return true;
            }
        }

        start = 0;
        return false;
    }

    private sealed record Rest(ImmutableArray<KeyVersion> Others, Counter? Counter, MemberSet Members);
}
