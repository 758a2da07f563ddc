using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Traffic;
using ReplicatedDs.Cluster.Tests.Traffic.Doors;

namespace ReplicatedDs.Cluster.Tests.Snapshots;

/// <summary>
/// Transactions that write one value to three keys, at all replicas, over links with random delays; and readers that read the three keys at one cut. All three
/// values of a read have to be the same.
/// </summary>
internal sealed class SnapshotRun
{
    private const int Triples = 8;
    private const int Pipeline = 16;
    private const int WritesPerSecond = 50; // at each replica
    private static readonly TimeSpan ChangesWithin = TimeSpan.FromMinutes(2); // a busy machine reads more often than it writes
    private const string Delays = """{"mode":"delay","delayMs":0,"jitterMs":60,"expiresSeconds":86400}""";

    private readonly Roster _roster;
    private readonly ClientDoor _client;
    private readonly long _reads;
    private readonly long _leastChanges;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<string> _torn = new();
    private long _read;
    private long _remote;
    private long _changes;
    private long _written;

    private SnapshotRun(Roster roster, ClientDoor client, long reads, long leastChanges)
    {
        _roster = roster;
        _client = client;
        _reads = reads;
        _leastChanges = leastChanges;
    }

    private bool IsOver => _torn.Count >= 100
        || (Interlocked.Read(ref _remote) >= _reads && (Interlocked.Read(ref _changes) >= _leastChanges || _clock.Elapsed > ChangesWithin));

    /// <param name="reads">Reads of transactions that another replica took.</param>
    /// <param name="leastChanges">It goes on until so many reads showed another transaction than the one before.</param>
    public static async Task<SnapshotResult> RunAsync(TestCluster cluster, long reads, long leastChanges = 0)
    {
        foreach (var from in cluster.Running())
        {
            foreach (var to in cluster.Describe().Replicas.Where(slot => slot.Id is not null && slot.Name != from.Name))
            {
                await from.SetLinkAsync(to.Id!.Value, Delays);
            }
        }

        var roster = new Roster(cluster);
        using var client = new ClientDoor(roster.Places);
        var run = new SnapshotRun(roster, client, reads, leastChanges);
        await run.RunAsync();
        return new SnapshotResult(run._clock.Elapsed, run._read, run._remote, run._changes, run._written, [.. run._torn]);
    }

    public static async Task RunAsProgramAsync(long reads, TextWriter output)
    {
        await using var cluster = await TestCluster.StartAsync();
        var result = await RunAsync(cluster, reads);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Elapsed.TotalSeconds:0} s: {result.Reads:N0} snapshot reads of three keys, {result.Remote:N0} of transactions of another replica; {result.Changes:N0} showed another transaction than the read before; {result.Written:N0} transactions; torn: {result.Torn.Count}"));
        result.MustBeSound();
    }

    private Task RunAsync() => Task.WhenAll(_roster.Places.SelectMany(place => new[]
    {
        WriteAsync(place, new HttpDoor()), ReadAsync(place, new HttpDoor()), ReadAsync(place, _client), ReadPipelinedAsync(place),
    }));

    private static string[] Keys(int triple) => [$"t/{triple}/a", $"t/{triple}/b", $"t/{triple}/c"];

    private async Task WriteAsync(Place place, HttpDoor door)
    {
        await Task.Yield();
        var random = new Random(place.Number);
        var pace = new Pace(WritesPerSecond);
        for (var number = 1; !IsOver; number++)
        {
            await pace.NextAsync(CancellationToken.None);
            var value = string.Create(CultureInfo.InvariantCulture, $"{place.Name} {number}");
            var reply = await door.WriteAsync(place, null, [.. Keys(random.Next(Triples)).Select(key => new Change.Set(key, value))]);
            Assert.True(reply.Ending == Ending.Done, $"{place.Name} took no transaction: {reply.Detail}");
            Interlocked.Increment(ref _written);
        }
    }

    private async Task ReadAsync(Place place, IDoor door)
    {
        await Task.Yield();
        var random = new Random(HashCode.Combine(place.Number, door.Name));
        var last = new string?[Triples];
        while (!IsOver)
        {
            var triple = random.Next(Triples);
            var reply = await door.ReadAsync(place, null, Keys(triple));
            Assert.True(reply.Ending == Ending.Done, $"{place.Name} gave no snapshot: {reply.Detail}");
            Saw(place, door.Name, triple, reply.Values!, last);
        }
    }

    /// <summary>Many reads under way at once on one connection, each one a cut of its own.</summary>
    private async Task ReadPipelinedAsync(Place place)
    {
        await Task.Yield();
        var random = new Random(place.Number);
        var last = new string?[Triples];
        using var connection = await RespConnection.OpenAsync(place.Resp, CancellationToken.None);
        while (!IsOver)
        {
            var triples = Enumerable.Range(0, Pipeline).Select(_ => random.Next(Triples)).ToArray();
            using var deadline = new CancellationTokenSource(Patience.Answer);
            var replies = await connection.AskAsync([.. triples.Select(triple => (string[])["MGET", .. Keys(triple)])], deadline.Token);
            for (var i = 0; i < replies.Length; i++)
            {
                Saw(place, "RESP", triples[i], [.. ((object?[])replies[i]!).Cast<string?>()], last);
            }
        }
    }

    private void Saw(Place place, string door, int triple, IReadOnlyList<string?> values, string?[] last)
    {
        Interlocked.Increment(ref _read);
        if (values[0] != values[1] || values[1] != values[2])
        {
            _torn.Enqueue($"{string.Join(", ", values.Select(value => value ?? "absent"))} at {place.Name} by {door}");
        }

        if (values[0] is { } value && !value.StartsWith(place.Name + " ", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _remote);
        }

        if (values[0] != last[triple])
        {
            Interlocked.Increment(ref _changes);
            last[triple] = values[0];
        }
    }
}
