using System.Globalization;
using ReplicatedDs.Cluster.Tests.Traffic.Doors;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>A session that goes to another place with every call, by another way in, and does everything that a client can do.</summary>
internal sealed class Roamer(int number, int seed, Session session, Book book, Roster roster, ClientDoor client, int valueLength) : IDisposable
{
    private const int SeenMax = 16;

    private readonly Random _random = new(HashCode.Combine(seed, number));
    private readonly RespDoor _resp = new();
    private readonly HttpDoor _http = new();
    private readonly Queue<(string Set, string Member)> _seen = new();
    private Place? _last;
    private int _writes;

    /// <summary>Makes one call.</summary>
    public Task StepAsync()
    {
        var place = _last = roster.Next(_random, _last);
        IDoor door = _random.Next(3) switch { 0 => _http, 1 => client, _ => _resp };
        return _random.Next(100) switch
        {
            < 28 => session.ReadAsync(door, place, "read", [Book.Register(_random)]),
            < 34 => session.ReadAsync(door, place, "read of a counter", [book.Counter(_random)]),
            < 40 => ReadSetAsync(door, place),
            < 46 => session.ReadAsync(door, place, "snapshot", Book.Triple(_random)),
            < 52 => session.ReadAsync(door, place, "snapshot", [Book.Register(_random), book.Counter(_random), book.Set(_random), Book.Triple(_random)[0]]),
            < 70 => session.WriteAsync(door, place, "write", new Change.Set(Book.Register(_random), Unique())),
            < 74 => session.WriteAsync(door, place, "delete", new Change.Delete(Book.Register(_random), Unique())),
            < 82 => session.WriteAsync(door, place, "increment", book.Increment(_random)),
            < 88 => AddAsync(door, place),
            < 91 => RemoveAsync(door, place),
            < 97 => WriteTripleAsync(door, place),
            _ => session.WriteAsync(
                door, place, "transaction",
                new Change.Set(Book.Register(_random), Unique()), book.Increment(_random), book.Member(_random)),
        };
    }

    public void Dispose() => _resp.Dispose();

    private string Unique() => string.Create(CultureInfo.InvariantCulture, $"{number}-{++_writes}").PadRight(valueLength, '.');

    private async Task ReadSetAsync(IDoor door, Place place)
    {
        var key = book.Set(_random);
        if (await session.ReadAsync(door, place, "read of a set", [key]) is [{ } members])
        {
            foreach (var member in System.Text.Json.JsonSerializer.Deserialize<string[]>(members)!)
            {
                Saw(key, member);
            }
        }
    }

    private async Task AddAsync(IDoor door, Place place)
    {
        var add = book.Member(_random);
        if (await session.WriteAsync(door, place, "add", add))
        {
            Saw(add.Key, add.Member);
        }
    }

    /// <summary>Only of what the session saw: a removal takes away the additions that it knows of.</summary>
    private Task RemoveAsync(IDoor door, Place place) => _seen.TryDequeue(out var seen)
        ? session.WriteAsync(door, place, "remove", new Change.Remove(seen.Set, seen.Member, Unique()))
        : ReadSetAsync(door, place);

    private Task<bool> WriteTripleAsync(IDoor door, Place place)
    {
        var value = Unique();
        return session.WriteAsync(door, place, "transaction", [.. Book.Triple(_random).Select(key => new Change.Set(key, value))]);
    }

    private void Saw(string key, string member)
    {
        _seen.Enqueue((key, member));
        if (_seen.Count > SeenMax)
        {
            _seen.Dequeue();
        }
    }
}
