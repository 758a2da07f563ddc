using System.Diagnostics;
using System.Globalization;
using ReplicatedDs.Cluster.Tests.Chaos;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Traffic;
using ReplicatedDs.PrivateNetworks;

namespace ReplicatedDs.Cluster.Tests.Network;

/// <summary>
/// Three sites far from each other under traffic: measured while all is well, while the third is cut off from the others (its own clients go on there), while
/// it catches up, and after.
/// </summary>
internal sealed class WideAreaRun
{
    private const int Sites = 3;
    private static readonly string[] Names = [.. Enumerable.Range(1, Sites).Select(NetworkCluster.Name)];
    private static readonly (int From, int To)[] Pairs = [.. Enumerable.Range(1, Sites).SelectMany(from => Enumerable.Range(1, Sites).Where(to => to != from).Select(to => (from, to)))];
    private static readonly (int From, int To)[] Near = [.. Pairs.Where(pair => pair.From != Sites && pair.To != Sites)];

    private readonly WideAreaPlan _plan;
    private readonly VirtualNetwork _network;
    private readonly NetworkCluster _cluster;
    private readonly TrafficLoad _traffic;
    private readonly TextWriter _output;

    private WideAreaRun(WideAreaPlan plan, VirtualNetwork network, NetworkCluster cluster, TrafficLoad traffic, TextWriter output) =>
        (_plan, _network, _cluster, _traffic, _output) = (plan, network, cluster, traffic, output);

    public static async Task<WideAreaResult> RunAsync(WideAreaPlan plan, TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"wide-area --seed {plan.Seed} --cut {plan.Cut.TotalSeconds:0}: one way {string.Join(", ", Pairs.Where(pair => pair.From < pair.To).Select(pair => $"{pair.From}–{pair.To} {WideAreaPlan.DelayMs(pair.From, pair.To)} ms"))}"));
        using var network = new VirtualNetwork(NetworkCluster.Hosts(Sites));
        foreach (var (from, to) in Pairs)
        {
            network.Delays.Set(network.AddressOf(Names[from - 1]), network.AddressOf(Names[to - 1]), TimeSpan.FromMilliseconds(WideAreaPlan.DelayMs(from, to)));
        }

        await using var cluster = await NetworkCluster.StartAsync(network, Sites, Sites);
        using var recorder = new Recorder(Path.Combine(plan.Folder, "history.jsonl"), $"wide-area --seed {plan.Seed}");
        await using var traffic = TrafficLoad.Start(new TrafficPlan(plan.Seed, Roamers: 4, Homes: Sites, PerSecond: 10) { HomesPerSecond = plan.PerSecond }, cluster, recorder);
        return await new WideAreaRun(plan, network, cluster, traffic, output).RunAsync(recorder);
    }

    private async Task<WideAreaResult> RunAsync(Recorder recorder)
    {
        await _traffic.GoesOnAsync((long)(_plan.PerSecond * Sites * 5)); // the runtime's compiler works beside a process that has just started
        var well = await MeasureAsync("all is well", Pairs, _plan.Phase);
        var connections = Pairs.ToDictionary(pair => pair, pair => _network.Connections(Names[pair.From - 1], Names[pair.To - 1], NetworkCluster.PeerPort));
        _output.WriteLine($"connections that one replica has opened to another: {string.Join(", ", connections.Select(one => $"{one.Key.From}→{one.Key.To} {one.Value}"))}");

        var from = _traffic.Tally.Elapsed;
        _network.Lose(VirtualNetwork.Between([Names[^1]], Names[..^1]));
        var cut = await MeasureAsync("site 3 is cut off", Near, _plan.Cut);
        var atHeal = await ClocksAsync();
        _network.Lose([]);
        _output.WriteLine($"the line is whole again at {DateTime.UtcNow:HH:mm:ss.fff}");
        var to = _traffic.Tally.Elapsed;

        var clock = Stopwatch.StartNew();
        var isCaughtUp = false;
        var catching = SiteProbe.RunAsync(Apis, Near, "catching up", () => Volatile.Read(ref isCaughtUp));
        var catchUps = await Task.WhenAll(
            CatchUpAsync("site 3 the others' updates", Sites, atHeal, clock), CatchUpAsync("site 1 those of site 3", 1, atHeal, clock), CatchUpAsync("site 2 those of site 3", 2, atHeal, clock));
        Volatile.Write(ref isCaughtUp, true);
        await TellAsync("site 3 catches up", await catching);
        foreach (var catchUp in catchUps)
        {
            _output.WriteLine(catchUp);
        }

        var after = await MeasureAsync("all is well again", Pairs, _plan.Phase);
        await _traffic.StopAsync();
        var elapsed = _traffic.Tally.Elapsed;
        _output.WriteLine($"packets that the relay had no room for: {_network.Delays.Overflows}");
        var rest = await AtRest.SeeAsync(_cluster, _traffic.Book, recorder);
        var chaos = new ChaosResult(rest, _traffic.Tally, elapsed, _traffic.Roster.Places, [new Fault("cut off", "site 3", from, to), new Fault("catching up", "site 3", to, to + catchUps.Max(one => one.Took))]);
        return new WideAreaResult(chaos, well, cut, await catching, after, connections, catchUps);
    }

    private ReplicaApi[] Apis => [.. Enumerable.Range(1, Sites).Select(number => _cluster[number])];

    private async Task<SiteProbe> MeasureAsync(string phase, (int From, int To)[] pairs, TimeSpan time)
    {
        var until = _traffic.Tally.Elapsed + time;
        var probe = await SiteProbe.RunAsync(Apis, pairs, phase, () => _traffic.Tally.Elapsed >= until);
        await TellAsync(phase, probe);
        return probe;
    }

    private async Task TellAsync(string phase, SiteProbe probe)
    {
        var counters = (await Task.WhenAll(Apis.Select(api => api.StatusAsync()))).Select(status => status.Counters).ToList();
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{phase}; until {_traffic.Tally.Elapsed.TotalSeconds:0.0} s {_traffic.Tally.Written:N0} writes; updates applied at the sites {Join(counters.Select(one => one.Applied))}, of which came more than once {Join(counters.Select(one => one.Duplicates))}:"));
        for (var i = 0; i < Sites; i++)
        {
            _output.WriteLine($"  at site {i + 1}: write {probe.Writes[i]}, read {probe.Reads[i]}");
        }

        foreach (var (pair, times) in probe.Visible)
        {
            _output.WriteLine($"  readable at site {pair.To} after it was sent at site {pair.From}: {times}; the way takes {WideAreaPlan.DelayMs(pair.From, pair.To)} ms");
        }
    }

    private static string Join(IEnumerable<long> numbers) => string.Join(", ", numbers.Select(number => number.ToString("N0", CultureInfo.InvariantCulture)));

    private async Task<IReadOnlyDictionary<string, long>[]> ClocksAsync() => [.. (await Task.WhenAll(Apis.Select(api => api.ClockAsync()))).Select(clock => clock.Delivered)];

    /// <summary>Waits until a site has what the others had written when the line was whole again.</summary>
    private async Task<CatchUp> CatchUpAsync(string what, int site, IReadOnlyDictionary<string, long>[] atHeal, Stopwatch clock)
    {
        var others = site == Sites ? new[] { 1, 2 } : [Sites];
        var ids = others.ToDictionary(other => other, other => string.Create(CultureInfo.InvariantCulture, $"{_cluster.Slots[other - 1].Id}"));
        var missing = ids.Sum(other => atHeal[other.Key - 1][other.Value] - atHeal[site - 1].GetValueOrDefault(other.Value));
        var limit = TimeSpan.FromMinutes(10) + _plan.Cut; // the longer it was away, the more there is to fetch
        TimeSpan? first = null;
        await Eventually.SeesAsync(
            $"{what} within {limit.TotalMinutes:0} minutes",
            _cluster[site].ClockAsync,
            seen =>
            {
                if (ids.Values.Any(id => seen.Delivered[id] > atHeal[site - 1].GetValueOrDefault(id)))
                {
                    first ??= clock.Elapsed;
                }

                return ids.All(other => seen.Delivered[other.Value] >= atHeal[other.Key - 1][other.Value]);
            },
            limit);
        return new CatchUp(what, missing, first!.Value, clock.Elapsed);
    }
}
