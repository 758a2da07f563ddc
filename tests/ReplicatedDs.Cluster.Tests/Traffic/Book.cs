using System.Globalization;
using System.Text.Json;
using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>
/// The keys of the traffic, and what was given out to be written to them, so that everything written is unique and a read tells exactly
/// what it saw. To the checker a counter is a key per increment (each one its own power of two: the value's bits say which are counted, and one
/// that counts twice shows as a bit that nobody added), and a set a key per member. Safe from any thread.
/// </summary>
internal sealed class Book
{
    private const int Registers = 200;
    private const int Triples = 16;
    private const int Open = 8;
    private const int Recent = 48;
    private const int IncrementsMax = 16;
    private const int MembersMax = 12;
    private const string Present = "1";

    private readonly Lock _lock = new();
    private readonly List<int> _increments = [];
    private readonly List<int> _members = [];
    private readonly Dictionary<string, string> _ledger = [];

    /// <value>Every key that has ever been given out.</value>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. Enumerable.Range(0, Registers).Select(number => $"r/{number}"), .. Enumerable.Range(0, Triples).SelectMany(Triple),
                    .. Enumerable.Range(0, _increments.Count).Select(number => $"c/{number}"), .. Enumerable.Range(0, _members.Count).Select(number => $"s/{number}"),
                    .. _ledger.Keys,
                ];
            }
        }
    }

    /// <value>Acknowledged writes of keys that nobody else ever writes: what must be there for ever.</value>
    public IReadOnlyDictionary<string, string> Ledger
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, string>(_ledger);
            }
        }
    }

    public static string Register(Random random) => $"r/{random.Next(Registers)}";

    /// <summary>Three keys that are only ever written together.</summary>
    public static string[] Triple(Random random) => Triple(random.Next(Triples));

    /// <summary>An increment that nobody else makes.</summary>
    public Change.Count Increment(Random random)
    {
        var (number, bit) = GiveOut(_increments, IncrementsMax, random);
        return new Change.Count($"c/{number}", bit);
    }

    /// <summary>A member that nobody else adds.</summary>
    public Change.Add Member(Random random)
    {
        var (number, member) = GiveOut(_members, MembersMax, random);
        return new Change.Add($"s/{number}", $"m{member}");
    }

    public string Counter(Random random) => $"c/{Any(_increments, random)}";

    public string Set(Random random) => $"s/{Any(_members, random)}";

    /// <summary>Notes an acknowledged write of a key of its own.</summary>
    public void Promise(string key, string value)
    {
        lock (_lock)
        {
            _ledger.Add(key, value);
        }
    }

    /// <summary>What a change means to the checker.</summary>
    public static Access Written(Change change) => change switch
    {
        Change.Set set => new Access(set.Key, set.Value),
        Change.Delete delete => new Access(delete.Key, null, delete.Tombstone),
        Change.Count count => new Access(Part(count.Key, count.Bit), Present),
        Change.Add add => new Access($"{add.Key}#{add.Member}", Present),
        Change.Remove remove => new Access($"{remove.Key}#{remove.Member}", null, remove.Tombstone),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "There is no such change."),
    };

    /// <summary>What a value that was read means to the checker. To be asked after the answer: what was given out by then includes all that it may count.</summary>
    public IEnumerable<Access> Read(string key, string? value)
    {
        switch (key[..2])
        {
            case "c/":
                var sum = value is null ? 0 : long.Parse(value, CultureInfo.InvariantCulture);
                var bits = Math.Max(GivenOut(_increments, key), 64 - (int)long.LeadingZeroCount(sum));
                return Enumerable.Range(0, bits).Select(bit => new Access(Part(key, bit), ((sum >> bit) & 1) == 1 ? Present : null));
            case "s/":
                var members = value is null ? [] : JsonSerializer.Deserialize<string[]>(value)!.ToHashSet();
                return Enumerable.Range(0, GivenOut(_members, key)).Select(number => $"m{number}").Union(members)
                    .Select(member => new Access($"{key}#{member}", members.Contains(member) ? Present : null));
            default:
                return [new Access(key, value)];
        }
    }

    private static string[] Triple(int number) => [$"t/{number}/a", $"t/{number}/b", $"t/{number}/c"];

    private static string Part(string key, int bit) => string.Create(CultureInfo.InvariantCulture, $"{key}#{bit}");

    private (int Number, int Part) GiveOut(List<int> given, int most, Random random)
    {
        lock (_lock)
        {
            if (given.Count < Open)
            {
                given.Add(0);
            }

            var number = given.Count - 1 - random.Next(Math.Min(given.Count, Open));
            if (given[number] == most)
            {
                number = given.Count;
                given.Add(0);
            }

            return (number, given[number]++);
        }
    }

    private int Any(List<int> given, Random random)
    {
        lock (_lock)
        {
            return Math.Max(0, given.Count - 1 - random.Next(Recent));
        }
    }

    private int GivenOut(List<int> given, string key)
    {
        var number = int.Parse(key.AsSpan(2), CultureInfo.InvariantCulture);
        lock (_lock)
        {
            return number < given.Count ? given[number] : 0;
        }
    }
}
