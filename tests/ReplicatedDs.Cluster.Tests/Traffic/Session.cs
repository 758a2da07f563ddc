using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Checker.Histories;
using ReplicatedDs.Cluster.Tests.Traffic.Doors;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>One client that waits for each answer, carries its causal token along and writes down what it saw.</summary>
internal sealed class Session(string client, Recorder recorder, Book book, Tally tally, Roster roster)
{
    private string? _token;
    private int _lives = 1;

    /// <value>A new one after history was lost.</value>
    public string Name => _lives == 1 ? client : string.Create(CultureInfo.InvariantCulture, $"{client}, life {_lives}");

    /// <returns>The values, or <c>null</c> if there is no answer.</returns>
    public async Task<IReadOnlyList<string?>?> ReadAsync(IDoor door, Place place, string operation, IReadOnlyList<string> keys)
    {
        var reply = await door.ReadAsync(place, _token, keys);
        Take(reply, place);
        if (reply.Ending != Ending.Done)
        {
            return null;
        }

        recorder.Read(Name, [.. keys.SelectMany((key, i) => book.Read(key, reply.Values![i]))], Asked(door, place));
        tally.Did(door.Name, operation);
        return reply.Values;
    }

    /// <returns>Whether it is acknowledged.</returns>
    public async Task<bool> WriteAsync(IDoor door, Place place, string operation, params IReadOnlyList<Change> changes)
    {
        var reply = await door.WriteAsync(place, _token, changes);
        var session = Name;
        Take(reply, place);
        var by = reply.By is { } id ? roster.OfId(id) ?? place : place;
        ImmutableArray<Access> accesses = [.. changes.Select(Book.Written)];
        if (reply.Ending == Ending.Done)
        {
            recorder.Write(session, accesses, isKnown: true, Asked(door, by));
            tally.Did(door.Name, operation);
            tally.Wrote(by);
            return true;
        }

        if (reply.Ending is Ending.Unknown or Ending.Surprise)
        {
            recorder.Write(session, accesses, isKnown: false, Asked(door, by));
        }

        return false;
    }

    /// <summary>For people who read the history: the client may have gone on to another replica.</summary>
    private static string Asked(IDoor door, Place place) => $"{place.Name} by {door.Name}";

    private void Take(Reply reply, Place place)
    {
        tally.Ended(reply);
        _token = reply.Token ?? _token;
        switch (reply.Ending)
        {
            case Ending.Done:
                break;
            case Ending.HistoryLost:
                _token = null;
                _lives++;
                break;
            default:
                roster.Failed(place);
                break;
        }
    }
}
