using System.Net;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>One story, in order: join, join while a member is down, leave, join again.</summary>
public sealed class JoinAndLeaveTests
{
    [Fact]
    public async Task Members_ComeAndGo_UnderEverHigherIdsWithAllTheData()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 3, Spares = 2 });
        var written = new Dictionary<string, string>();
        for (var i = 0; i < 300; i++)
        {
            await WriteAsync(cluster[i % 3 + 1], $"before/{i}", written);
        }

        // A joiner holds every key written before it, under an id above all before.
        var fourth = await JoinAsync(cluster, "replica-4", above: 3);
        await HoldsAsync(cluster[4], written);
        await WriteAsync(cluster[4], "by the joiner", written);
        await AllHoldAsync(cluster, written);

        // The same while a member is down; the member learns of it when it is back.
        await cluster.Control.CrashAsync("replica-1");
        await WriteAsync(cluster[2], "while one is down", written);
        var fifth = await JoinAsync(cluster, "replica-5", above: fourth);
        await HoldsAsync(cluster[5], written);
        await WriteAsync(cluster[5], "by the second joiner", written);
        await cluster.Control.StartAsync("replica-1");
        await AllHoldAsync(cluster, written);

        (await cluster.Control.PostAsync("/join")).ExpectProblem(HttpStatusCode.Conflict);

        // A leaver's writes stay, also those of the last moment; its place is a spare again.
        await WriteAsync(cluster[4], "the leaver's last", written);
        await LeaveAsync(cluster, 4, fourth);
        await AllHoldAsync(cluster, written);

        var again = await JoinAsync(cluster, "replica-4", above: fifth);
        await HoldsAsync(cluster[4], written);
        await WriteAsync(cluster[4], "by who came after", written);
        await AllHoldAsync(cluster, written);

        // All of it survives a restart of everything.
        await cluster.StopAsync();
        await cluster.RestartAsync();
        await AllHoldAsync(cluster, written);
        Assert.Equal([1, 2, 3, again, fifth], cluster.Describe().Replicas.Select(replica => replica.Id ?? 0));
    }

    private static async Task<int> JoinAsync(TestCluster cluster, string name, int above)
    {
        var joined = await cluster.Control.JoinAsync();
        Assert.Equal(name, joined.Name);
        Assert.True(joined.Id > above, $"{name} joined under the id {joined.Id}, which is not above {above}");
        Assert.Equal(joined.Id, cluster.Describe().Replicas.Single(replica => replica.Name == name).Id);
        return joined.Id!.Value;
    }

    private static async Task LeaveAsync(TestCluster cluster, int number, int id)
    {
        var process = ProcessTable.Find(cluster.PidOf(number))!;
        (await cluster[number].OperateAsync(HttpMethod.Post, "/admin/leave")).Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync("the leaver ends by itself", () => !ProcessTable.IsAlive(process), () => cluster.Host.Output);
        await Eventually.SeesAsync(
            "the slot of the leaver is a spare again",
            () => Task.FromResult(cluster.Slot(number)),
            slot => slot is { Id: null, Pid: null });
        foreach (var replica in cluster.Running())
        {
            await Eventually.SeesAsync(
                $"replica {id} has departed at {replica.Name}", replica.MembersAsync, members => StatusOf(members, id) is "departed" or null);
        }
    }

    private static string? StatusOf(MembersView members, int id) => members.Members.SingleOrDefault(member => member.Id == id)?.Status;

    private static async Task WriteAsync(ReplicaApi replica, string key, Dictionary<string, string> written)
    {
        await replica.WriteAsync(key, "value of " + key);
        written[key] = "value of " + key;
    }

    /// <summary>Without waiting: what a replica shows as soon as it is ready.</summary>
    private static Task HoldsAsync(ReplicaApi replica, Dictionary<string, string> written) =>
        Parallel.ForEachAsync(written, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (pair, _) =>
            Assert.Equal(pair.Value, (await replica.GetAsync(pair.Key)).Expect(HttpStatusCode.OK).Body));

    private static async Task AllHoldAsync(TestCluster cluster, Dictionary<string, string> written)
    {
        await cluster.SettledAsync();
        foreach (var replica in cluster.Running())
        {
            await HoldsAsync(replica, written);
        }
    }
}
