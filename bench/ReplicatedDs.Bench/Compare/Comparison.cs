using ReplicatedDs.Bench.Core;
using ReplicatedDs.Bench.Loads;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Servers;

namespace ReplicatedDs.Bench.Compare;

/// <summary>The whole run: every row of the result, one after the other.</summary>
internal static class Comparison
{
    /// <param name="replica">The replica's dll.</param>
    /// <param name="only">The parts to run; empty: all.</param>
    public static async Task<(List<Row> Rows, List<Outage> Outages)> RunAsync(Plan plan, string folder, string replica, IReadOnlyCollection<string> only)
    {
        var rows = new List<Row>();
        var outages = new List<Outage>();
        bool Wants(string part) => only.Count == 0 || only.Contains(part);

        if (Wants("resp"))
        {
            Say("SET, GET and visibility beside Redis");
            await using var ours = await OurCluster.StartAsync(folder, replica, "os").ConfigureAwait(false);
            await using var redis = await RedisCluster.StartAsync(folder).ConfigureAwait(false);
            rows.AddRange(await RespComparison.RunAsync(plan, ours, redis).ConfigureAwait(false));
        }

        if (Wants("etcd"))
        {
            Say("durable writes beside etcd");
            await using var ours = await OurCluster.StartAsync(folder, replica, "fsync").ConfigureAwait(false);
            await using var etcd = await EtcdCluster.StartAsync(folder).ConfigureAwait(false);
            rows.AddRange(await EtcdComparison.RunAsync(plan, ours, etcd).ConfigureAwait(false));
        }

        if (Wants("core"))
        {
            Say("the delivery core and the wire format");
            rows.AddRange(CoreRows.Run(plan.Rounds));
        }

        if (Wants("keys"))
        {
            Say($"memory, restart and join with {plan.Keys} keys");
            await using var ours = await OurCluster.StartAsync(folder, replica, "fsync").ConfigureAwait(false);
            await using var redis = await RedisCluster.StartAsync(folder).ConfigureAwait(false);
            rows.AddRange(await ManyKeys.RunAsync(plan, ours, redis).ConfigureAwait(false));
        }

        if (Wants("availability"))
        {
            Say("writes while a member is dead");
            await using (var ours = await OurCluster.StartAsync(folder, replica, "os").ConfigureAwait(false))
            {
                outages.Add(await Availability.RunAsync(
                    ours, 0, "one of three replicas", (member, stop) => Availability.RespAsync(ours.RespPort(member), stop), plan.Outage).ConfigureAwait(false));
            }

            await using (var redis = await RedisCluster.StartAsync(folder, withSentinels: true).ConfigureAwait(false))
            {
                outages.Add(await Availability.RunAsync(
                    redis, 0, "the primary (three sentinels)", (member, stop) => Availability.RespAsync(redis.Port(member), stop), plan.Outage).ConfigureAwait(false));
            }

            await using (var etcd = await EtcdCluster.StartAsync(folder).ConfigureAwait(false))
            {
                var leader = await etcd.LeaderAsync().ConfigureAwait(false);
                outages.Add(await Availability.RunAsync(
                    etcd, leader, "the leader", (member, stop) => Availability.HttpAsync(etcd.ClientPort(member), HttpLoad.EtcdPut, stop), plan.Outage).ConfigureAwait(false));
            }
        }

        return (rows, outages);
    }

    private static void Say(string what) => Console.Out.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {what}");
}
