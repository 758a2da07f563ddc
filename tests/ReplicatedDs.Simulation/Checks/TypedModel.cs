using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>
/// Counters, sets and keys of mixed types at one replica, kept the naive way: per key the operations that no set or delete has in its causal
/// past, and what a reader sees follows from these.
/// </summary>
internal sealed class TypedModel
{
    private readonly SortedDictionary<string, List<Step>> _keys = new(StringComparer.Ordinal);

    public IEnumerable<string> Keys => _keys.Keys;

    public bool Knows(string key) => _keys.ContainsKey(key);

    public TypedModel Copy()
    {
        var copy = new TypedModel();
        foreach (var (key, steps) in _keys)
        {
            copy._keys.Add(key, [.. steps]);
        }

        return copy;
    }

    /// <param name="isVoid">It supersedes what it does, but leaves no value.</param>
    public void Apply(WrittenUpdate written, KeyOperation operation, int index, bool isVoid)
    {
        if (!_keys.TryGetValue(operation.Key, out var steps))
        {
            _keys.Add(operation.Key, steps = []);
        }

        var next = new Step(written, operation, index, isVoid);
        if (next.IsReset)
        {
            steps.RemoveAll(next.Saw);
        }

        if (!next.IsReset || !isVoid)
        {
            steps.Add(next);
        }
    }

    public void TakeBack(string key, Dot dot)
    {
        if (_keys.TryGetValue(key, out var steps))
        {
            steps.RemoveAll(step => step.IsReset && step.Written.Update.Dot == dot);
            _keys[key] = [.. steps.Select(step => step.Written.Update.Dot == dot ? step with { IsVoid = true } : step)];
        }
    }

    /// <summary>Why <paramref name="state"/> does not show what this model says of the key; null if it does.</summary>
    public string? Difference(string key, KeyState? state)
    {
        var (expected, actual) = (Read(key), Read(state));
        return expected == actual ? null : $"{key} shows {actual}, should be {expected}";
    }

    public string Read(string key)
    {
        if (!_keys.TryGetValue(key, out var alive) || alive.Count == 0)
        {
            return "nothing";
        }

        var members = new SortedSet<string>(
            alive.Where(one => one is { Operation: AddOperation, IsVoid: false } && !alive.Exists(other => other.Member == one.Member && other.Saw(one))).Select(one => one.Member!),
            StringComparer.Ordinal);
        var increments = alive.Where(one => one is { Operation: IncrementOperation, IsVoid: false }).ToList();
        var winner = alive.MaxBy(one => one.Order)!;
        var start = alive.OrderByDescending(one => one.Order).Select(one => one.Integer).FirstOrDefault(integer => integer is not null);
        return winner.Operation switch
        {
            SetOperation set when increments.Count == 0 || winner.Integer is null => $"register {Encoding.UTF8.GetString(set.Value.Span)}",
            SetOperation or IncrementOperation when increments.Count > 0 || start is not null => Text($"counter {(start ?? 0) + increments.Sum(one => ((IncrementOperation)one.Operation).By)}"),
            AddOperation or RemoveOperation when members.Count > 0 => $"set {string.Join(' ', members)}",
            _ => "nothing",
        };
    }

    private static string Read(KeyState? state) => state?.Kind switch
    {
        ValueKind.Register => $"register {Encoding.UTF8.GetString(state.Winner.Value.Span)}",
        ValueKind.Counter => Text($"counter {state.Count}"),
        ValueKind.Set => $"set {string.Join(' ', state.Members.Names)}",
        _ => "nothing",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Step(WrittenUpdate Written, KeyOperation Operation, int Index, bool IsVoid)
    {
        public bool IsReset => Operation is SetOperation or DeleteOperation;

        /// <summary>Later wins; of one update what counts or collects comes after the set or delete that it began with.</summary>
        public (long, int, int) Order => (Written.Update.Timestamp.Packed, Written.Update.Origin.Value, Operation switch
        {
            SetOperation or DeleteOperation => 0,
            IncrementOperation => 1,
            _ => 2,
        });

        public string? Member => (Operation as AddOperation)?.Member ?? (Operation as RemoveOperation)?.Member;

        public long? Integer => Operation is SetOperation set
            && long.TryParse(Encoding.UTF8.GetString(set.Value.Span), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

        /// <summary>Whether <paramref name="other"/> is in the causal past of this one, or earlier in the same update.</summary>
        public bool Saw(Step other) => other.Written.Update.Dot == Written.Update.Dot
            ? other.Index < Index
            : Written.Dependencies.Has(other.Written.Update.Dot);
    }
}
