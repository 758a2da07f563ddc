using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using ReplicatedDs.Cluster.Tests.Chaos;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Traffic;
using ReplicatedDs.RedisServers;

namespace ReplicatedDs.Cluster.Tests.RedisCluster;

/// <summary>
/// Replicas whose values are in one Redis Cluster of three masters and three replicas, more of them than a server's memory holds, under mixed traffic. Redis servers
/// and replicas are killed; whoever was is started again as a supervisor would.
/// </summary>
internal sealed class RedisClusterRun
{
    private const int Replicas = 2;
    private const int Megabytes = 32;
    private const int BallastBytes = 16_000;
    private const int Masters = 3;

    private readonly TestCluster _cluster;
    private readonly LocalRedisCluster _redis;
    private readonly TrafficLoad _traffic;
    private readonly TextWriter _output;
    private readonly List<Fault> _faults = [];
    private TimeSpan _restartedWithin;

    private RedisClusterRun(TestCluster cluster, LocalRedisCluster redis, TrafficLoad traffic, TextWriter output) =>
        (_cluster, _redis, _traffic, _output) = (cluster, redis, traffic, output);

    /// <summary>What replicas have to be told.</summary>
    public static Dictionary<string, string> Settings(LocalRedisCluster redis) => new()
    {
        ["Storage__Values"] = "redis-cluster",
        ["Storage__RedisCluster"] = redis.Servers,
        ["Storage__CacheMegabytes"] = "4",
        ["Log__KeepMegabytes"] = "1",
    };

    /// <param name="duration">Rounds of faults begin until then; at least one.</param>
    public static async Task<RedisClusterResult> RunAsync(TimeSpan duration, int seed, string folder, TextWriter output)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"redis-cluster --seed {seed} --minutes {duration.TotalMinutes:0.##}: {Replicas} replicas, {Masters} masters and {Masters} replicas of Redis with {Megabytes} MB each"));
        await using var redis = await LocalRedisCluster.StartAsync(Masters, Megabytes);
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = Replicas, Environment = Settings(redis) });
        var count = (Megabytes * 9 << 20) / (8 * BallastBytes);
        await WriteBallastAsync(cluster, count, output);
        using var recorder = new Recorder(Path.Combine(folder, "history.jsonl"), $"redis-cluster --seed {seed}");
        await using var traffic = TrafficLoad.Start(new TrafficPlan(seed, Roamers: 8, Homes: Replicas, PerSecond: 20) { ValueLength = 200 }, cluster, recorder);
        var run = new RedisClusterRun(cluster, redis, traffic, output);
        var chaos = await run.RunAsync(duration, new Random(seed), recorder);
        var values = await Task.WhenAll(cluster.Running().Select(async replica => (await replica.StatusAsync()).Values!));
        return new RedisClusterResult(
            chaos, (long)count * BallastBytes, Megabytes, await redis.UseAsync(), await MissingBallastAsync(cluster, count), values, run._restartedWithin);
    }

    private string Now => string.Create(CultureInfo.InvariantCulture, $"{_traffic.Tally.Elapsed.TotalSeconds,6:0.0} s {_traffic.Tally.Written,8} writes");

    /// <summary>Values that no other value equals.</summary>
    private static string Ballast(int number) => string.Create(CultureInfo.InvariantCulture, $"ballast {number} ").PadRight(BallastBytes, (char)('a' + (number % 26)));

    private static string BallastKey(int number) => string.Create(CultureInfo.InvariantCulture, $"b/{number}");

    private static async Task WriteBallastAsync(TestCluster cluster, int count, TextWriter output)
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, cancellationToken) =>
            (await cluster[1 + (number % Replicas)].PutAsync(BallastKey(number), Ballast(number), cancellationToken: cancellationToken)).Expect(HttpStatusCode.OK));
        var written = clock.Elapsed;
        await cluster.SettledAsync();
        await ConfirmedAsync(cluster);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{(long)count * BallastBytes / 1048576.0:0.0} MB written in {written.TotalSeconds:0.0} s, confirmed by Redis after {clock.Elapsed.TotalSeconds:0.0} s"));
    }

    private static async Task<IReadOnlyList<string>> MissingBallastAsync(TestCluster cluster, int count)
    {
        var missing = new ConcurrentBag<string>();
        foreach (var replica in cluster.Running())
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, cancellationToken) =>
            {
                var answer = await replica.GetAsync(BallastKey(number));
                if (answer.Status != HttpStatusCode.OK || answer.Body != Ballast(number))
                {
                    missing.Add($"{replica.Name}: {BallastKey(number)} {(answer.Status == HttpStatusCode.OK ? "has another value" : answer)}");
                }
            });
        }

        return [.. missing];
    }

    /// <summary>Waits until no replica has anything that Redis has not confirmed.</summary>
    private static async Task ConfirmedAsync(TestCluster cluster) => await Eventually.SeesAsync(
        "all values are confirmed",
        async () => await Task.WhenAll(cluster.Running().Select(async replica => (await replica.StatusAsync()).Values!)),
        values => values.All(one => one is { UnconfirmedBytes: < 100_000, Problem: null }),
        TimeSpan.FromMinutes(2));

    private async Task<ChaosResult> RunAsync(TimeSpan duration, Random random, Recorder recorder)
    {
        (string, Func<Random, Task<string>>)[] deck =
            [("master killed", KillMasterAsync), ("tail lost", LoseTailAsync), ("Redis stands still", FreezeAsync), ("replica killed", KillReplicaAsync)];
        await _traffic.GoesOnAsync(200);
        do
        {
            foreach (var (kind, suffer) in deck)
            {
                var from = _traffic.Tally.Elapsed;
                var what = await suffer(random);
                _faults.Add(new Fault(kind, what, from, _traffic.Tally.Elapsed));
                _output.WriteLine($"{Now}: {kind}: {what}");
                await ConfirmedAsync(_cluster);
                _output.WriteLine($"{Now}: everything is confirmed");
                await _traffic.GoesOnAsync(100);
            }
        }
        while (_traffic.Tally.Elapsed < duration);

        await _traffic.StopAsync();
        var elapsed = _traffic.Tally.Elapsed;
        _output.WriteLine($"{Now}: the traffic has ended");
        var rest = await AtRest.SeeAsync(_cluster, _traffic.Book, recorder);
        await Eventually.SeesAsync(
            "everything is confirmed",
            async () => await Task.WhenAll(_cluster.Running().Select(async replica => (await replica.StatusAsync()).Values!)),
            values => values.All(one => one.UnconfirmedBytes == 0));
        return new ChaosResult(rest, _traffic.Tally, elapsed, _traffic.Roster.Places, _faults);
    }

    /// <summary>A master dies under load; its replica takes over; a supervisor starts it again.</summary>
    private async Task<string> KillMasterAsync(Random random)
    {
        var (master, replica) = await PairAsync(random);
        await master.KillAsync();
        await _redis.PromotedAsync(replica);
        await _traffic.GoesOnAsync(50);
        await ComesBackAsync(master);
        return $"{master.Address}; {replica.Address} took over";
    }

    /// <summary>The same, but the replica that takes over never got the last values that the master had acknowledged.</summary>
    private async Task<string> LoseTailAsync(Random random)
    {
        var (master, replica) = await PairAsync(random);
        await replica.PauseAsync();
        await master.AskAsync("CLIENT", "KILL", "TYPE", "replica");
        var before = long.Parse(await master.AskAsync("DBSIZE"), CultureInfo.InvariantCulture);
        await _traffic.GoesOnAsync(60);
        var lost = long.Parse(await master.AskAsync("DBSIZE"), CultureInfo.InvariantCulture) - before;
        await master.KillAsync();
        await replica.ResumeAsync();
        await _redis.PromotedAsync(replica);
        await ComesBackAsync(master);
        return $"{master.Address} with about {lost} values that {replica.Address} never got";
    }

    private async Task<string> FreezeAsync(Random random)
    {
        foreach (var node in _redis.Nodes)
        {
            await node.PauseAsync();
        }

        await _traffic.GoesOnAsync(40);
        foreach (var node in _redis.Nodes)
        {
            await node.ResumeAsync();
        }

        return "all servers";
    }

    private async Task<string> KillReplicaAsync(Random random)
    {
        var victim = _cluster.Describe().Replicas[random.Next(Replicas)];
        await _cluster.Control.CrashAsync(victim.Name);
        await _traffic.GoesOnAsync(20);
        var clock = Stopwatch.StartNew();
        await _cluster.Control.StartAsync(victim.Name);
        var number = int.Parse(victim.Name.Split('-')[1], CultureInfo.InvariantCulture);
        await Eventually.SeesAsync($"{victim.Name} is ready", () => _cluster[number].HealthAsync(), answer => answer.Status == HttpStatusCode.OK, TestCluster.StartDeadline);
        _restartedWithin = clock.Elapsed;
        return victim.Name;
    }

    /// <summary>A master of now and the replica that has its slots.</summary>
    private async Task<(RedisNode Master, RedisNode Replica)> PairAsync(Random random)
    {
        var i = random.Next(Masters);
        var (one, other) = (_redis.Nodes[i], _redis.Nodes[Masters + i]);
        return (await _redis.MastersAsync()).Contains(one) ? (one, other) : (other, one);
    }

    private static async Task ComesBackAsync(RedisNode node)
    {
        node.Start();
        await LocalRedisCluster.FollowsAsync(node);
    }
}
