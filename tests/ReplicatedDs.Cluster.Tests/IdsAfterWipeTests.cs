using System.Net.Sockets;
using System.Text;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

public sealed class IdsAfterWipeTests
{
    /// <summary>
    /// The worst case for ids: the first joiner is known to its sponsor alone, then Redis forgets everything, and the second joiner comes
    /// through a sponsor that has not heard of the first, while nobody who has can be asked. Only the margin of the re-seeded counter keeps
    /// the ids apart.
    /// </summary>
    [Fact]
    public async Task Join_AfterRedisWasWiped_NeverReusesAnId()
    {
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = 2, Spares = 2 });
        await cluster[1].HoldAsync(cluster.IdOf(2));
        await cluster[2].HoldAsync(cluster.IdOf(1));
        var first = await cluster.Control.JoinAsync(); // through replica-1, the first in order
        await cluster[1].WriteAsync("at the first", "1");
        Assert.DoesNotContain(first.Id!.Value, await IdsAsync(cluster[2]));

        await FlushAsync(cluster.Describe().Redis!);
        var knowing = new[] { cluster.PidOf(1), first.Pid!.Value };
        ResourceView second;
        Array.ForEach(knowing, ProcessTable.Freeze);
        try
        {
            second = await cluster.Control.JoinAsync(); // through replica-2: nobody else answers
        }
        finally
        {
            Array.ForEach(knowing, ProcessTable.Thaw);
        }

        await cluster[2].WriteAsync("at the second", "2");
        Assert.True(second.Id > first.Id, $"The second joiner has the id {second.Id}, the first had {first.Id}");
        await NoIdHasTwoIncarnationsAsync(cluster);

        await cluster[1].HealAsync();
        await cluster[2].HealAsync();
        foreach (var replica in cluster.Running())
        {
            await Eventually.SeesAsync(
                $"{replica.Name} knows four members", replica.MembersAsync, members => members.Members.Count(member => member.Status == "active") == 4);
        }

        await cluster.SettledAsync();
        await NoIdHasTwoIncarnationsAsync(cluster);
        foreach (var replica in cluster.Running())
        {
            await replica.ShowsAsync("at the first", "1");
            await replica.ShowsAsync("at the second", "2");
        }
    }

    private static async Task NoIdHasTwoIncarnationsAsync(TestCluster cluster)
    {
        var seen = new List<MemberView>();
        foreach (var replica in cluster.Running())
        {
            seen.AddRange((await replica.MembersAsync()).Members);
        }

        Assert.All(seen.GroupBy(member => member.Id), id => Assert.Single(id.Select(member => member.Incarnation).Distinct()));
        Assert.All(seen.GroupBy(member => member.Incarnation), incarnation => Assert.Single(incarnation.Select(member => member.Id).Distinct()));
    }

    private static async Task<IEnumerable<int>> IdsAsync(ReplicaApi replica) => (await replica.MembersAsync()).Members.Select(member => member.Id);

    private static async Task FlushAsync(string redis)
    {
        using var client = new TcpClient();
        var address = System.Net.IPEndPoint.Parse(redis);
        await client.ConnectAsync(address.Address, address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("FLUSHALL\r\n"u8.ToArray());
        var answer = new byte[64];
        var length = await stream.ReadAsync(answer);
        Assert.Equal("+OK\r\n", Encoding.ASCII.GetString(answer, 0, length));
    }
}
