using System.Globalization;
using ReplicatedDs.Cluster.Tests.Chaos;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Traffic;
using ReplicatedDs.PrivateNetworks;

namespace ReplicatedDs.Cluster.Tests.Network;

/// <summary>
/// A cluster on hosts of its own under mixed traffic, and a network that fails: packets are lost, lines are cut, slow or long, hosts are unplugged, and
/// meanwhile replicas are killed and join. Clients are beside every replica, also on both sides of a partition.
/// </summary>
internal sealed class NetworkRun
{
    private const int Replicas = 3;
    private const int Places = 4;
    private static readonly string[] Hosts = [.. Enumerable.Range(1, Places).Select(NetworkCluster.Name)];

    private readonly VirtualNetwork _network;
    private readonly NetworkCluster _cluster;
    private readonly TrafficLoad _traffic;
    private readonly TextWriter _output;
    private readonly Random _random;
    private readonly List<Fault> _faults = [];
    private readonly (string Kind, Func<Task<string>> Suffer)[] _deck;

    private NetworkRun(int seed, VirtualNetwork network, NetworkCluster cluster, TrafficLoad traffic, TextWriter output)
    {
        (_network, _cluster, _traffic, _output, _random) = (network, cluster, traffic, output, new Random(seed));
        _deck =
        [
            ("loss", LossAsync), ("partition", PartitionAsync), ("one-way cut", OneWayAsync), ("slow line", SlowAsync), ("long lines", LongAsync),
            ("unplugged", UnplugAsync), ("kill on a lossy network", KillAsync), ("Redis cut off", CutRedisAsync),
        ];
    }

    /// <param name="duration">Rounds of faults begin until then; at least one.</param>
    public static async Task<ChaosResult> RunAsync(TimeSpan duration, int seed, string folder, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"network --seed {seed} --minutes {duration.TotalMinutes:0.##}: hosts {string.Join(", ", NetworkCluster.Hosts(Places))}"));
        using var network = new VirtualNetwork(NetworkCluster.Hosts(Places));
        await using var cluster = await NetworkCluster.StartAsync(network, Replicas, Places);
        await cluster.DashboardFollowsAsync(Replicas);
        using var recorder = new Recorder(Path.Combine(folder, "history.jsonl"), $"network --seed {seed}");
        await using var traffic = TrafficLoad.Start(new TrafficPlan(seed, Roamers: 8, Homes: Places, PerSecond: 20), cluster, recorder);
        var run = new NetworkRun(seed, network, cluster, traffic, output);
        return await run.RunAsync(duration, recorder);
    }

    private async Task<ChaosResult> RunAsync(TimeSpan duration, Recorder recorder)
    {
        await _traffic.GoesOnAsync(100);
        await SufferAsync("join, one unplugged", JoinAsync);
        do
        {
            var round = ((string Kind, Func<Task<string>> Suffer)[])_deck.Clone();
            _random.Shuffle(round);
            foreach (var (kind, suffer) in round)
            {
                await SufferAsync(kind, suffer);
                await PassAsync(1);
            }
        }
        while (_traffic.Tally.Elapsed < duration);

        await PassAsync(2);
        await _traffic.StopAsync();
        var elapsed = _traffic.Tally.Elapsed;
        _output.WriteLine($"{Now}: the traffic has ended");
        var rest = await AtRest.SeeAsync(_cluster, _traffic.Book, recorder);
        await _cluster.DashboardFollowsAsync(Places);
        return new ChaosResult(rest, _traffic.Tally, elapsed, _traffic.Roster.Places, _faults);
    }

    private string Now => string.Create(CultureInfo.InvariantCulture, $"{_traffic.Tally.Elapsed.TotalSeconds,6:0.0} s {_traffic.Tally.Written,8} writes");

    private async Task SufferAsync(string kind, Func<Task<string>> suffer)
    {
        var from = _traffic.Tally.Elapsed;
        var what = await suffer();
        _faults.Add(new Fault(kind, what, from, _traffic.Tally.Elapsed));
        _output.WriteLine($"{Now}: {kind}: {what}");
    }

    /// <summary>Lets time pass in which clients go on writing.</summary>
    private async Task PassAsync(double seconds)
    {
        var (until, writes) = (_traffic.Tally.Elapsed + TimeSpan.FromSeconds(seconds), _traffic.Tally.Written + 20);
        await Eventually.HoldsAsync(
            $"{seconds} s pass, and 20 writes in them",
            () => _traffic.Ended.IsCompleted || (_traffic.Tally.Elapsed >= until && _traffic.Tally.Written >= writes),
            () => Now,
            TimeSpan.FromMinutes(1));
        if (_traffic.Ended.IsFaulted)
        {
            await _traffic.Ended;
        }
    }

    private async Task<string> LossAsync()
    {
        var percent = _random.Next(5, 31);
        _network.Lose([new Loss(null, null, percent)]);
        await PassAsync(4);
        _network.Lose([]);
        return $"{percent} % of all packets";
    }

    private async Task<string> PartitionAsync()
    {
        var side = Some(_random.Next(1, (Places / 2) + 1));
        var others = Hosts.Except(side).ToList();
        _network.Lose(VirtualNetwork.Between(side, others));
        await PassAsync(6);
        _network.Lose([]);
        return $"{string.Join(", ", side)} | {string.Join(", ", others)}";
    }

    private async Task<string> OneWayAsync()
    {
        var two = Some(2);
        _network.Lose([new Loss(two[0], two[1])]);
        await PassAsync(5);
        _network.Lose([]);
        return $"{two[0]} → {two[1]}";
    }

    private async Task<string> SlowAsync()
    {
        var host = Some(1)[0];
        _network.Limit(host, 1);
        await PassAsync(4);
        _network.Limit(host, null);
        return $"{host}: 1 Mbit/s";
    }

    private async Task<string> LongAsync()
    {
        SetDelays(TimeSpan.FromMilliseconds(80), TimeSpan.FromMilliseconds(60));
        await PassAsync(4);
        SetDelays(TimeSpan.Zero, TimeSpan.Zero);
        return "80 to 140 ms between all replicas";
    }

    private async Task<string> UnplugAsync()
    {
        var host = Some(1)[0];
        _network.Plug(host, isIn: false);
        await PassAsync(5);
        _network.Plug(host, isIn: true);
        return host;
    }

    private async Task<string> KillAsync()
    {
        var number = _random.Next(1, Places + 1);
        _network.Lose([new Loss(null, null, 10)]);
        await _cluster.KillAsync(number);
        await PassAsync(2);
        await _cluster.StartAsync(number);
        _network.Lose([]);
        return NetworkCluster.Name(number);
    }

    /// <summary>Nobody needs it but those who join.</summary>
    private async Task<string> CutRedisAsync()
    {
        _network.Lose(VirtualNetwork.Between(["redis"], Hosts));
        await PassAsync(3);
        _network.Lose([]);
        return "from all replicas";
    }

    /// <summary>A member is unplugged and packets are lost: the joiner finds its way.</summary>
    private async Task<string> JoinAsync()
    {
        var away = NetworkCluster.Name(_random.Next(1, Replicas + 1));
        _network.Plug(away, isIn: false);
        _network.Lose([new Loss(null, null, 5)]);
        await _cluster.StartAsync(Places);
        _network.Lose([]);
        _network.Plug(away, isIn: true);
        return $"{NetworkCluster.Name(Places)} while {away} is unplugged and 5 % of all packets are lost";
    }

    private void SetDelays(TimeSpan delay, TimeSpan jitter)
    {
        foreach (var (from, to) in Hosts.SelectMany(from => Hosts.Where(to => to != from).Select(to => (from, to))))
        {
            _network.Delays.Set(_network.AddressOf(from), _network.AddressOf(to), delay, jitter);
        }
    }

    private string[] Some(int count)
    {
        var hosts = (string[])Hosts.Clone();
        _random.Shuffle(hosts);
        return hosts[..count];
    }
}
