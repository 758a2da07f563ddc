using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ReplicatedDs.Checker.Checks;
using ReplicatedDs.Checker.Histories;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>What a cluster must be once nothing happens any more.</summary>
/// <param name="Replicas">How many run.</param>
/// <param name="Digest">SHA-256 over every key with its type, winner, siblings and value, at the first of them.</param>
/// <param name="Difference">In what the others do not agree with it; <c>null</c>: in nothing.</param>
/// <param name="Keys">How many keys have values.</param>
/// <param name="Promised">Acknowledged writes of keys that nobody else wrote.</param>
/// <param name="Lost">Those that are missing at a replica.</param>
/// <param name="Checked">The verdict on the whole history.</param>
internal sealed record AtRest(int Replicas, string Digest, string? Difference, int Keys, int Promised, IReadOnlyList<string> Lost, CheckResult Checked)
{
    private const int KeysPerCall = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Waits until all replicas show the same, without doing anything about it, and checks the history with these last reads.</summary>
    public static async Task<AtRest> SeeAsync(ICluster cluster, Book book, Recorder recorder)
    {
        var replicas = cluster.Running();
        Dictionary<string, EntryView>[] states = [];
        string? difference = null;
        try
        {
            await Eventually.SeesAsync(
                "all replicas have applied the same updates and none waits",
                async () => await Task.WhenAll(replicas.Select(async replica => (Delivered: ClockText.Of((await replica.ClockAsync()).Delivered), Pending: (await replica.PendingAsync()).Count))),
                seen => seen.All(one => one.Pending == 0 && one.Delivered == seen[0].Delivered),
                Patience);
            await Eventually.SeesAsync(
                "all replicas show the same",
                async () =>
                {
                    states = await Task.WhenAll(replicas.Select(StateAsync));
                    return states.Select(DigestOf).ToList();
                },
                seen => seen.Distinct().Count() == 1,
                Patience);
        }
        catch (XunitException exception)
        {
            // The checker says more about what differs.
            difference = exception.Message;
            states = await Task.WhenAll(replicas.Select(StateAsync));
        }

        var lost = new List<string>();
        var (keys, ledger) = (book.Keys, book.Ledger);
        foreach (var (replica, state) in replicas.Zip(states))
        {
            foreach (var part in keys.Chunk(KeysPerCall))
            {
                recorder.Read($"final at {replica.Name}", [.. part.SelectMany(key => book.Read(key, state.GetValueOrDefault(key)?.Value))], replica.Name, isFinal: true);
            }

            lost.AddRange(ledger.Where(promise => state.GetValueOrDefault(promise.Key)?.Value != promise.Value).Select(promise => $"{promise.Key} at {replica.Name}"));
        }

        recorder.Dispose();
        return new AtRest(replicas.Count, DigestOf(states[0]), difference, states[0].Count, ledger.Count, lost, Check(recorder.Path));
    }

    /// <summary>Throws unless nothing is lost and the checker has no finding.</summary>
    public void MustBeSound()
    {
        Assert.Null(Difference);
        Assert.True(Lost.Count == 0, $"{Lost.Count} acknowledged writes are lost, such as {string.Join(", ", Lost.Take(5))}");
        Assert.True(Checked.IsClean, Checked.ToString());
        Verdict[] verdicts = [Checked.CausalConsistency, Checked.CausalConvergence, Checked.Transactions, Checked.SessionGuarantees, Checked.Convergence];
        Assert.All(verdicts, verdict => Assert.Equal(Verdict.Holds, verdict));
    }

    private static CheckResult Check(string path)
    {
        using var file = File.OpenRead(path);
        var reading = HistoryReader.Read(file);
        Assert.Null(reading.Problem);
        return HistoryChecker.Check(reading.History!);
    }

    private static async Task<Dictionary<string, EntryView>> StateAsync(ReplicaApi replica)
    {
        var state = new Dictionary<string, EntryView>(StringComparer.Ordinal);
        for (string? after = ""; after is not null;)
        {
            var page = await replica.GetAsync<ListView>($"/kv?limit={KeysPerCall}&after={Uri.EscapeDataString(after)}");
            if (page.Keys.Count > 0)
            {
                var snapshot = await replica.CallAsync(HttpMethod.Post, "/snapshot", JsonContent.Create(new SnapshotInput([.. page.Keys.Select(key => key.Key)]), options: JsonSerializerOptions.Web));
                foreach (var entry in snapshot.Expect(HttpStatusCode.OK).Read<SnapshotView>().Entries)
                {
                    state[entry.Key] = entry;
                }
            }

            after = page.Next;
        }

        return state;
    }

    private static string DigestOf(Dictionary<string, EntryView> state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in state.Values.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{entry.Key}\t{entry.Type}\t{entry.Dot}\t{entry.Siblings}\t{entry.Value}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
