using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Cli.Journeys;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Client.Operations;
using Pair = System.Collections.Generic.KeyValuePair<object, object?>;

namespace ReplicatedDs.Cli.Show;

/// <summary>
/// What the operator console of the original system showed, answered by a replica that runs. The names are the original's; each answer is what this
/// system has in that place.
/// </summary>
internal sealed class OperatorConsole(Invocation run, ReplicaOperations replica)
{
    private const int KeysMax = 10_000;
    private const int SnapshotKeysMax = 100;

    /// <value>The names with what each shows, in the original's order.</value>
    public static IReadOnlyList<(string Name, string Shows)> Things { get; } =
    [
        ("datastore", "its keys and values"),
        ("replica", "the members and where their replication listens"),
        ("vector clock", "how many updates of each replica it has applied"),
        ("local_id", "its id"),
        ("partition", "whether it is cut off: joining, or without word from a member"),
        ("received_vc_dict", "the updates that arrived and wait, by sender"),
        ("join_syn_dic", "which members it has heard from"),
    ];

    /// <summary>The name as the console has it: <c>vector_clock</c> and <c>vector-clock</c> will do too.</summary>
    public static string? Find(string text) => Things
        .Select(thing => thing.Name)
        .FirstOrDefault(name => string.Equals(Normal(name), Normal(text), StringComparison.OrdinalIgnoreCase));

    /// <summary>A dictionary (pairs), a number or a truth value.</summary>
    public Task<object> ShowAsync(string thing) => thing switch
    {
        "datastore" => DatastoreAsync(),
        "replica" => ReplicaAsync(),
        "vector clock" => VectorClockAsync(),
        "local_id" => LocalIdAsync(),
        "partition" => PartitionAsync(),
        "received_vc_dict" => ReceivedAsync(),
        "join_syn_dic" => JoinedAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(thing), thing, null),
    };

    private static string Normal(string text) => text.Replace('_', ' ').Replace('-', ' ').Trim();

    private async Task<object> DatastoreAsync()
    {
        using var client = new ReplicatedDsClient(replica.Address); // this replica's view, whatever the session has seen
        await using var session = client.StartSession();
        var keys = new List<string>();
        await foreach (var key in session.ListAsync(cancellationToken: run.Cancellation))
        {
            keys.Add(key.Key);
            if (keys.Count == KeysMax)
            {
                run.Printer.Note($"These are the first {KeysMax} keys; 'rds scan' lists others.");
                break;
            }
        }

        var pairs = new List<Pair>();
        foreach (var chunk in keys.Chunk(SnapshotKeysMax))
        {
            var entries = await session.SnapshotAsync(chunk, run.Cancellation);
            pairs.AddRange(chunk.Where(key => entries[key] is not null).Select(key => new Pair(key, entries[key]!.Text)));
        }

        return pairs;
    }

    private async Task<object> ReplicaAsync() => (await MembersAsync()).Select(member => new Pair(member.Id, Address(member))).ToList();

    private async Task<object> VectorClockAsync() => Entries((await replica.ClockAsync(run.Cancellation)).Delivered).Select(entry => new Pair(entry.Id, entry.Count)).ToList();

    private async Task<object> LocalIdAsync() => (await replica.StatusAsync(run.Cancellation)).Replica;

    private async Task<object> PartitionAsync() =>
        (await replica.StatusAsync(run.Cancellation)).State == "joining" || (await MembersAsync()).Any(member => !member.Reachable);

    /// <summary>In the original's notation where the update can still be written in it, else by name.</summary>
    private async Task<object> ReceivedAsync()
    {
        var pending = await replica.PendingAsync(10_000, run.Cancellation);
        if (pending.Updates.Count == 0)
        {
            return new List<Pair>();
        }

        // Only the feeds know what an update depends on, and only its origin surely has its values.
        var writes = (await FeedReader.ReadAsync(run)).SelectMany(feed => feed.Events).Where(one => one is { Kind: EventKinds.Write, Dot: not null })
            .GroupBy(one => one.Dot!, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        var members = (await MembersAsync()).ToDictionary(member => member.Id);
        var received = new SortedDictionary<int, List<object?>>();
        foreach (var update in pending.Updates)
        {
            if (!received.TryGetValue(update.Origin, out var texts))
            {
                received[update.Origin] = texts = [];
            }

            texts.Add(await TextAsync(update, writes, members) ?? update.Dot);
        }

        return received.Select(entry => new Pair(entry.Key, entry.Value)).ToList();
    }

    private async Task<string?> TextAsync(PendingUpdateView update, Dictionary<string, EventView> writes, Dictionary<int, MemberView> members)
    {
        if (!writes.TryGetValue(update.Dot, out var write) || !members.TryGetValue(update.Origin, out var origin) || !Dot.TryParse(update.Dot, out var dot))
        {
            return null;
        }

        using var client = new ReplicatedDsClient(new ReplicatedDsClientOptions { Replicas = { new Uri(origin.Http) }, AttemptsMax = 1, AttemptTimeout = TimeSpan.FromSeconds(2) });
        return await OriginalNotation.OfAsync(dot, write.Deps, update.Keys, client, run.Cancellation);
    }

    private async Task<object> JoinedAsync() =>
        (await MembersAsync()).Where(member => !member.IsSelf).Select(member => new Pair(member.Id, member.Delivered is not null || member.Reachable)).ToList();

    private async Task<IEnumerable<MemberView>> MembersAsync() =>
        (await replica.MembersAsync(run.Cancellation)).Members.Where(member => member.Status is "active" or "joining" or "evicting").OrderBy(member => member.Id);

    private static Python.Tuple Address(MemberView member) =>
        Uri.TryCreate(member.Peer, UriKind.Absolute, out var peer) ? new Python.Tuple([peer.Host, peer.Port]) : new Python.Tuple([member.Peer, null]);

    private static IEnumerable<(int Id, long Count)> Entries(IReadOnlyDictionary<string, long> clock) =>
        clock.Select(entry => (Id: int.Parse(entry.Key, CultureInfo.InvariantCulture), entry.Value)).OrderBy(entry => entry.Id).Select(entry => (entry.Id, entry.Value));
}
