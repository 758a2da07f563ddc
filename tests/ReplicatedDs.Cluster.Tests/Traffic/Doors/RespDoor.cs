using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace ReplicatedDs.Cluster.Tests.Traffic.Doors;

/// <summary>The RESP gateway with <c>CAUSAL.WAIT</c> and <c>CAUSAL.TOKEN</c>: one session's connections, one at each place that it has been to.</summary>
internal sealed class RespDoor : IDoor, IDisposable
{
    private static readonly string[] Passing = ["CAUSALTIMEOUT", "LOADING", "TRYAGAIN", "MISCONF", "READONLY"];

    private readonly Dictionary<Place, RespConnection> _connections = [];

    public string Name => "RESP";

    public Task<Reply> ReadAsync(Place place, string? token, IReadOnlyList<string> keys)
    {
        // Sets are no strings: a transaction reads one causal cut of keys of any type.
        string[][] commands = keys switch
        {
            [var key] => [Read(key)],
            _ when keys.Any(IsSet) => [["MULTI"], .. keys.Select(Read), ["EXEC"]],
            _ => [["MGET", .. keys]],
        };
        return CallAsync(place, token, commands, isWrite: false, answers => keys is [_] ? [Text(answers[0])] : [.. ((object?[])answers[^1]!).Select(Text)]);
    }

    public Task<Reply> WriteAsync(Place place, string? token, IReadOnlyList<Change> changes)
    {
        string[][] commands = changes switch
        {
            [var change] => [Write(change)],
            _ when changes.All(change => change is Change.Set) => [["MSET", .. changes.Cast<Change.Set>().SelectMany(set => new[] { set.Key, set.Value })]],
            _ => [["MULTI"], .. changes.Select(Write), ["EXEC"]],
        };
        return CallAsync(place, token, commands, isWrite: true, _ => []);
    }

    public void Dispose()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Dispose();
        }
    }

    private static bool IsSet(string key) => key.StartsWith("s/", StringComparison.Ordinal);

    private static string[] Read(string key) => [IsSet(key) ? "SMEMBERS" : "GET", key];

    private static string[] Write(Change change) => change switch
    {
        Change.Set set => ["SET", set.Key, set.Value],
        Change.Delete delete => ["DEL", delete.Key],
        Change.Count count => ["INCRBY", count.Key, count.Amount.ToString(CultureInfo.InvariantCulture)],
        Change.Add add => ["SADD", add.Key, add.Member],
        Change.Remove remove => ["SREM", remove.Key, remove.Member],
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "There is no such change."),
    };

    private static string? Text(object? answer) => answer switch
    {
        object?[] members => JsonSerializer.Serialize(members.Cast<string>()),
        _ => (string?)answer,
    };

    private async Task<Reply> CallAsync(Place place, string? token, string[][] commands, bool isWrite, Func<IReadOnlyList<object?>, IReadOnlyList<string?>> read)
    {
        var isSent = false;
        using var deadline = new CancellationTokenSource(Patience.Answer);
        try
        {
            if (!_connections.TryGetValue(place, out var connection))
            {
                connection = await OpenAsync(place, deadline.Token);
                _connections.Add(place, connection);
            }

            if (token is not null)
            {
                // Answered before anything else is sent: a command behind a wait in vain would be carried out all the same.
                string[] wait = ["CAUSAL.WAIT", token, Patience.Causal.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)];
                if ((await connection.AskAsync([wait], deadline.Token))[0] is RespError refused)
                {
                    return Refused(refused);
                }
            }

            isSent = true;
            var answers = await connection.AskAsync([.. commands, ["CAUSAL.TOKEN"]], deadline.Token);
            var done = answers.Take(commands.Length).ToArray();
            if (done.OfType<RespError>().Concat(done.OfType<object?[]>().SelectMany(items => items.OfType<RespError>())).FirstOrDefault() is { } error)
            {
                return Refused(error);
            }

            // Without its token the session cannot say what it has done: as if the answer had not come.
            return answers[^1] is string after
                ? new Reply(Ending.Done, after, read(done))
                : new Reply(isWrite ? Ending.Unknown : Ending.NotDone, Detail: $"{answers[^1]}");
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            if (_connections.Remove(place, out var broken))
            {
                broken.Dispose();
            }

            return new Reply(isSent && isWrite ? Ending.Unknown : Ending.NotDone, Detail: exception.Message);
        }
    }

    private static async Task<RespConnection> OpenAsync(Place place, CancellationToken cancellationToken)
    {
        var connection = await RespConnection.OpenAsync(place.Resp, cancellationToken);
        if (place.Key is not { } key)
        {
            return connection;
        }

        try
        {
            return (await connection.AskAsync([["AUTH", key]], cancellationToken))[0] is RespError error ? throw new IOException(error.Text) : connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static Reply Refused(RespError error) => new(
        Passing.Any(name => error.Text.StartsWith(name, StringComparison.Ordinal)) ? Ending.NotDone : Ending.Surprise, Detail: error.Text);
}
