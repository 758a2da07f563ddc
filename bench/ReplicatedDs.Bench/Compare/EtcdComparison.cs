using ReplicatedDs.Bench.Loads;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Servers;

namespace ReplicatedDs.Bench.Compare;

/// <summary>Durable writes over HTTP beside etcd: all clients at one replica of ours, and at etcd's leader, which is where it is fastest.</summary>
internal static class EtcdComparison
{
    private const int Clients = 64;

    public static async Task<List<Row>> RunAsync(Plan plan, OurCluster ours, EtcdCluster etcd)
    {
        var row = new Row("durable", "Durable PUT over HTTP, 64 clients", "per s", Verdict.RatioUp, 3, 10, [], etcd.Name, []);
        var leader = etcd.ClientPort(await etcd.LeaderAsync().ConfigureAwait(false));
        await HttpLoad.RunAsync([ours.HttpPort(0)], HttpLoad.OurPut, Clients, plan.HttpTime * 3).ConfigureAwait(false); // for the runtime's compiler
        await HttpLoad.RunAsync([leader], HttpLoad.EtcdPut, Clients, plan.HttpTime).ConfigureAwait(false);
        for (var round = 0; round < plan.Rounds; round++)
        {
            row.Ours.Add(await HttpLoad.RunAsync([ours.HttpPort(0)], HttpLoad.OurPut, Clients, plan.HttpTime).ConfigureAwait(false));
            row.Others.Add(await HttpLoad.RunAsync([leader], HttpLoad.EtcdPut, Clients, plan.HttpTime).ConfigureAwait(false));
        }

        return [row];
    }
}
