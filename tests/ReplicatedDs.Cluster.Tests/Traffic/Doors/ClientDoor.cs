using ReplicatedDs.Client;

namespace ReplicatedDs.Cluster.Tests.Traffic.Doors;

/// <summary>The .NET client: it asks the place first, then the others, and repeats a write whose answer is missing under its idempotency key.</summary>
internal sealed class ClientDoor : IDoor, IDisposable
{
    private readonly ReplicatedDsClient[] _clients;

    public ClientDoor(IReadOnlyList<Place> places) => _clients =
    [
        .. places.Select(first =>
        {
            var options = new ReplicatedDsClientOptions { CausalTimeout = Patience.Causal, Deadline = Patience.Answer, Key = first.Key };
            foreach (var place in places.OrderBy(place => (place.Number - first.Number + places.Count) % places.Count))
            {
                options.Replicas.Add(place.Http);
            }

            return new ReplicatedDsClient(options);
        }),
    ];

    public string Name => ".NET client";

    public Task<Reply> ReadAsync(Place place, string? token, IReadOnlyList<string> keys) => CallAsync(place, token, async session =>
    {
        IReadOnlyList<string?> values;
        if (keys is [var key])
        {
            values = [await session.GetStringAsync(key)];
        }
        else
        {
            var entries = await session.SnapshotAsync(keys);
            values = [.. keys.Select(one => entries[one]?.Text)];
        }

        return new Reply(Ending.Done, session.Token, values);
    });

    public Task<Reply> WriteAsync(Place place, string? token, IReadOnlyList<Change> changes) => CallAsync(place, token, async session =>
    {
        var dot = changes switch
        {
            [Change.Set set] => (await session.SetAsync(set.Key, set.Value)).Dot,
            [Change.Delete delete] => (await session.DeleteAsync(delete.Key)).Dot,
            [Change.Count count] => (await session.IncrementAsync(count.Key, count.Amount)).Dot,
            [Change.Add add] => (await session.AddMemberAsync(add.Key, add.Member)).Dot,
            [Change.Remove remove] => (await session.RemoveMemberAsync(remove.Key, remove.Member)).Dot,
            _ => (await session.CommitAsync(changes.Aggregate(new Transaction(), With))).Dot,
        };
        return new Reply(Ending.Done, session.Token, By: dot.Replica.Value);
    });

    public void Dispose() => Array.ForEach(_clients, client => client.Dispose());

    private static Transaction With(Transaction transaction, Change change) => change switch
    {
        Change.Set set => transaction.Set(set.Key, set.Value),
        Change.Delete delete => transaction.Delete(delete.Key),
        Change.Count count => transaction.Increment(count.Key, count.Amount),
        Change.Add add => transaction.Add(add.Key, add.Member),
        Change.Remove remove => transaction.Remove(remove.Key, remove.Member),
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "There is no such change."),
    };

    private async Task<Reply> CallAsync(Place place, string? token, Func<CausalSession, Task<Reply>> call)
    {
        await using var session = _clients[place.Number].StartSession(token);
        try
        {
            return await call(session);
        }
        catch (ReplicasUnavailableException exception)
        {
            return new Reply(exception.MayHaveHappened ? Ending.Unknown : Ending.NotDone, Detail: exception.Message);
        }
        catch (CausalTimeoutException exception)
        {
            return new Reply(Ending.NotDone, Detail: exception.Message);
        }
        catch (ReplicaRefusedException exception)
        {
            return Reply.Of(exception.Status, exception.Name, exception.Message);
        }
        catch (ReplicatedDsException exception)
        {
            return new Reply(Ending.Surprise, Detail: exception.Message);
        }
    }
}
