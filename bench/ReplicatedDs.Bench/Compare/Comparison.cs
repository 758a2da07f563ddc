using ReplicatedDs.Bench.Core;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Servers;

namespace ReplicatedDs.Bench.Compare;

/// <summary>The whole run: every row of the result, one after the other.</summary>
internal static class Comparison
{
    /// <param name="replica">The replica's dll.</param>
    /// <param name="dashboard">The dashboard's dll.</param>
    /// <param name="only">The parts to run; empty: all.</param>
    public static async Task<Result> RunAsync(
        Dictionary<string, string> environment, Plan plan, string folder, string replica, string dashboard, IReadOnlyCollection<string> only)
    {
        var result = new Result(environment, [], [], []);
        var (rows, outages) = (result.Rows, result.Outages);
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

        if (Wants("dashboard"))
        {
            Say("writes with the dashboard attached");
            await using var ours = await OurCluster.StartAsync(folder, replica, "os").ConfigureAwait(false);
            rows.AddRange(await DashboardComparison.RunAsync(plan, folder, dashboard, ours).ConfigureAwait(false));
        }

        if (Wants("availability"))
        {
            Say("writes while a member is dead");
            await using (var ours = await OurCluster.StartAsync(folder, replica, "os").ConfigureAwait(false))
            {
                outages.Add(await Availability.KillAsync(ours, 0, "one of three replicas", plan.Outage).ConfigureAwait(false));
            }

            await using (var redis = await RedisCluster.StartAsync(folder, withSentinels: true).ConfigureAwait(false))
            {
                outages.Add(await Availability.KillAsync(redis, 0, "the primary (three sentinels)", plan.Outage).ConfigureAwait(false));
            }

            await using (var etcd = await EtcdCluster.StartAsync(folder).ConfigureAwait(false))
            {
                outages.Add(await Availability.KillAsync(etcd, await etcd.LeaderAsync().ConfigureAwait(false), "the leader", plan.Outage).ConfigureAwait(false));
            }

            Say("writes through a partition");
            result.Partitions.AddRange(await Partitions.RunAsync(folder, replica, plan.Outage, reason => Say($"not measured: {reason}")).ConfigureAwait(false));
        }

        return result;
    }

    /// <summary>What is measured now, with the time.</summary>
    public static void Say(string what) => Console.Out.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {what}");
}
