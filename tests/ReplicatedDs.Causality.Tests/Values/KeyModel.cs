using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Tests.Values;

/// <summary>What a reader of one key sees, straight from the definition: which of all delivered operations no other one supersedes.</summary>
internal static class KeyModel
{
    private sealed record Step(Update Update, int Index, KeyOperation Operation)
    {
        public bool IsReset => Operation is SetOperation or DeleteOperation;

        /// <summary>Whether <paramref name="other"/> is in this one's causal past, or earlier in the same update.</summary>
        public bool Saw(Step other) => other.Update.Dot == Update.Dot ? other.Index < Index : Update.Dependencies.Covers(other.Update.Dot);

        public (long, int, long) Order => (Update.Timestamp.Packed, Update.Origin.Value, Index);

        public string? Member => Operation switch
        {
            AddOperation add => add.Member,
            RemoveOperation remove => remove.Member,
            _ => null,
        };
    }

    public static string Read(IEnumerable<Update> updates, VectorClock delivered)
    {
        var all = updates.Where(update => delivered.Covers(update.Dot))
            .SelectMany(update => update.Operations.Select((operation, index) => new Step(update, index, (KeyOperation)operation)))
            .ToList();
        var alive = all.Where(one => !all.Exists(other => other.IsReset && other.Saw(one))).ToList();
        if (alive.Count == 0)
        {
            return "absent";
        }

        var members = alive
            .Where(one => one.Operation is AddOperation && !alive.Exists(other => other.Member == one.Member && other.Saw(one)))
            .Select(one => one.Member!).Distinct().Order(StringComparer.Ordinal).ToList();
        var increments = alive.Select(one => one.Operation).OfType<IncrementOperation>().ToList();
        var start = alive.OrderByDescending(one => one.Order).Select(Integer).FirstOrDefault(integer => integer is not null);
        var winner = Winner(alive);
        return winner.Operation switch
        {
            SetOperation set when increments.Count == 0 || Integer(winner) is null => $"register {Encoding.ASCII.GetString(set.Value.Span)}",
            SetOperation or IncrementOperation => $"counter {(start ?? 0) + increments.Sum(one => one.By)}",
            AddOperation or RemoveOperation when members.Count > 0 => $"set {string.Join(' ', members)}",
            _ => "absent",
        };
    }

    public static string Read(KeyState? state) => state?.Kind switch
    {
        ValueKind.Register => $"register {Encoding.ASCII.GetString(state.Winner.Value.Span)}",
        ValueKind.Counter => $"counter {state.Count}",
        ValueKind.Set => $"set {string.Join(' ', state.Members.Names)}",
        _ => "absent",
    };

    /// <summary>The last by timestamp and id; within one update counting and collecting come after the set or delete, and collecting last.</summary>
    private static Step Winner(List<Step> alive) => alive.MaxBy(one => (one.Update.Timestamp.Packed, one.Update.Origin.Value, one.Operation switch
    {
        SetOperation or DeleteOperation => 0,
        IncrementOperation => 1,
        _ => 2,
    }))!;

    private static long? Integer(Step one) =>
        one.Operation is SetOperation set && KeyState.TryParseInteger(set.Value.Span, out var value) ? value : null;
}
