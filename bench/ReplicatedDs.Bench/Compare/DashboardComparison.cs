using ReplicatedDs.Bench.Loads;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Servers;

namespace ReplicatedDs.Bench.Compare;

/// <summary>What the dashboard takes from the replicas that it follows: the same load with it and a viewer, and without.</summary>
internal static class DashboardComparison
{
    private const int Clients = 30;
    private const int PerSecond = 2_000;

    public static async Task<List<Row>> RunAsync(Plan plan, string folder, string dashboard, OurCluster ours)
    {
        var steady = new Row("dashboard", "Load of 2,000 writes a second, dashboard attached", "per s", Verdict.RatioUp, 0.95, 0.99, [], "without", []);
        var most = new Row("dashboard-most", "As many writes as are answered, dashboard attached", "per s", Verdict.RatioUp, null, null, [], "without", []);
        int[] ports = [.. Enumerable.Range(0, ours.Members.Count).Select(ours.HttpPort)];
        await HttpLoad.RunAsync(ports, HttpLoad.OurPut, Clients, plan.HttpTime).ConfigureAwait(false); // for the runtime's compiler
        for (var round = 0; round < plan.Rounds; round++)
        {
            await using (await Dashboard.StartAsync(folder, dashboard, ours).ConfigureAwait(false))
            {
                await MeasureAsync(steady.Ours, most.Ours).ConfigureAwait(false);
            }

            await MeasureAsync(steady.Others, most.Others).ConfigureAwait(false);
        }

        return [steady, most];

        async Task MeasureAsync(List<double> paced, List<double> unpaced)
        {
            paced.Add(await HttpLoad.RunAsync(ports, HttpLoad.OurPut, Clients, plan.HttpTime * 2, PerSecond).ConfigureAwait(false));
            unpaced.Add(await HttpLoad.RunAsync(ports, HttpLoad.OurPut, Clients, plan.HttpTime).ConfigureAwait(false));
        }
    }
}
