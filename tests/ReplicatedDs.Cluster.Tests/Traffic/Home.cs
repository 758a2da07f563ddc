using System.Globalization;
using ReplicatedDs.Cluster.Tests.Traffic.Doors;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>A session that stays at one place and writes keys there that nobody else writes: each one that is acknowledged must be there for ever.</summary>
internal sealed class Home(Place place, Session session, Book book, int valueLength)
{
    private readonly HttpDoor _door = new();
    private int _writes;

    public async Task StepAsync()
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"w/{place.Name}/{++_writes}");
        var value = ("value of " + key).PadRight(valueLength, '.');
        if (await session.WriteAsync(_door, place, "write of a key of its own", new Change.Set(key, value)))
        {
            book.Promise(key, value);
        }
    }
}
