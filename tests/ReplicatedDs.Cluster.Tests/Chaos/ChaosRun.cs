using System.Globalization;
using System.Net;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Traffic;

namespace ReplicatedDs.Cluster.Tests.Chaos;

/// <summary>
/// A real cluster under mixed traffic and random faults. Nobody heals anything: faults of links expire, and whoever was killed is started again as a
/// supervisor would. One fault of a process or of membership at a time; faults of links last on beside them.
/// </summary>
internal sealed class ChaosRun
{
    private const int MembersMin = 4;
    private static readonly FaultKind[] Deck = Enum.GetValues<FaultKind>();

    private readonly ChaosPlan _plan;
    private readonly TestCluster _cluster;
    private readonly TrafficLoad _traffic;
    private readonly TextWriter _output;
    private readonly Random _random;
    private readonly List<Fault> _faults = [];
    private int _highestId;

    private ChaosRun(ChaosPlan plan, TestCluster cluster, TrafficLoad traffic, TextWriter output)
    {
        _plan = plan;
        _cluster = cluster;
        _traffic = traffic;
        _output = output;
        _random = new Random(plan.Seed);
        _highestId = plan.Replicas;
    }

    private double AnswersPerSecond => _plan.Roamers * _plan.PerSecond / 2;

    public static async Task<ChaosResult> RunAsync(ChaosPlan plan, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"chaos --seed {plan.Seed} --minutes {plan.Duration.TotalMinutes:0.##}: {plan.Replicas} replicas, {plan.Spares} spares, {plan.Roamers} roaming sessions"));
        await using var cluster = await TestCluster.StartAsync(new ClusterSpec { Count = plan.Replicas, Spares = plan.Spares });
        using var recorder = new Recorder(Path.Combine(plan.Folder, "history.jsonl"), $"chaos --seed {plan.Seed}");
        await using var traffic = TrafficLoad.Start(new TrafficPlan(plan.Seed, plan.Roamers, plan.Replicas + plan.Spares, plan.PerSecond), cluster, recorder);
        var run = new ChaosRun(plan, cluster, traffic, output);
        try
        {
            return await run.RunAsync(recorder);
        }
        catch (Exception exception)
        {
            output.WriteLine($"{run.Now} failed: {exception.Message}");
            throw;
        }
    }

    private string Now => $"{_traffic.Tally.Elapsed.TotalSeconds,6:0.0} s {_traffic.Tally.Written,8} writes";

    private async Task<ChaosResult> RunAsync(Recorder recorder)
    {
        await _traffic.GoesOnAsync(100);
        do
        {
            var round = (FaultKind[])Deck.Clone();
            _random.Shuffle(round);
            foreach (var kind in round)
            {
                await SufferAsync(kind);
                await PassAsync(0.5, 2);
            }
        }
        while (_traffic.Tally.Elapsed < _plan.Duration);

        await LinksHealAsync();
        await PassAsync(1, 1);
        await _traffic.StopAsync();
        var elapsed = _traffic.Tally.Elapsed;
        _output.WriteLine($"{Now}: the traffic has ended");
        var rest = await AtRest.SeeAsync(_cluster, _traffic.Book, recorder);
        return new ChaosResult(rest, _traffic.Tally, elapsed, _traffic.Roster.Places, _faults);
    }

    /// <summary>Lets as many writes pass as take a random time.</summary>
    private Task PassAsync(double least, double most) => _traffic.GoesOnAsync((long)(AnswersPerSecond * (least + (_random.NextDouble() * (most - least))) / 2));

    private async Task SufferAsync(FaultKind kind)
    {
        var from = _traffic.Tally.Elapsed;
        kind = Possible(kind);
        var (what, lasts) = kind switch
        {
            FaultKind.Kill => (await KillAsync(1), 0),
            FaultKind.KillTwo => (await KillAsync(2), 0),
            FaultKind.Partition => await PartitionAsync(),
            FaultKind.OneWay => await LinkAsync("""{"mode":"drop","expiresSeconds":4}""", 4),
            FaultKind.Hold => await LinkAsync("""{"mode":"hold","expiresSeconds":4}""", 4),
            FaultKind.Delay => await LinksAsync("""{"mode":"delay","delayMs":50,"jitterMs":400,"expiresSeconds":6}""", 6),
            FaultKind.Loss => await LinksAsync("""{"mode":"drop","dropPercent":33,"expiresSeconds":6}""", 6),
            FaultKind.Freeze => (await FreezeAsync(), 0),
            FaultKind.RedisWiped => (await WipeRedisAsync(), 0),
            FaultKind.Join => (await JoinAsync(), 0),
            FaultKind.JoinWithOneDown => (await JoinWithOneDownAsync(), 0),
            FaultKind.Leave => (await LeaveAsync(), 0),
            _ => (await EvictAsync(), 0),
        };
        var to = lasts > 0 ? from + TimeSpan.FromSeconds(lasts) : _traffic.Tally.Elapsed;
        _faults.Add(new Fault(kind.Words(), what, from, to));
        _output.WriteLine($"{Now}: {kind}: {what}");
    }

    /// <summary>Joins need a free place, and whoever goes leaves enough members behind.</summary>
    private FaultKind Possible(FaultKind kind)
    {
        var members = Members().Count;
        return kind switch
        {
            FaultKind.Join or FaultKind.JoinWithOneDown when members == _plan.Replicas + _plan.Spares => FaultKind.Leave,
            FaultKind.Leave or FaultKind.Evict when members <= MembersMin => FaultKind.Join,
            _ => kind,
        };
    }

    private async Task<string> KillAsync(int count)
    {
        var victims = Some(count);
        await Task.WhenAll(victims.Select(victim => _cluster.Control.CrashAsync(victim.Name)));
        await PassAsync(0.5, 3);
        await Task.WhenAll(victims.Select(victim => _cluster.Control.StartAsync(victim.Name)));
        return string.Join(" and ", victims.Select(victim => victim.Name));
    }

    private async Task<(string, int)> PartitionAsync()
    {
        const int Seconds = 6;
        var members = Members();
        var side = Some(_random.Next(1, (members.Count / 2) + 1));
        var others = members.Where(member => side.All(one => one.Name != member.Name)).ToList();
        foreach (var (one, other) in side.SelectMany(one => others.Select(other => (one, other))))
        {
            await FaultAsync(one, other, """{"mode":"drop","expiresSeconds":6}""");
            await FaultAsync(other, one, """{"mode":"drop","expiresSeconds":6}""");
        }

        return ($"{string.Join(", ", side.Select(one => one.Name))} | {string.Join(", ", others.Select(one => one.Name))}", Seconds);
    }

    private async Task<(string, int)> LinkAsync(string fault, int seconds)
    {
        var two = Some(2);
        await FaultAsync(two[0], two[1], fault);
        return ($"{two[0].Name} → {two[1].Name}", seconds);
    }

    private async Task<(string, int)> LinksAsync(string fault, int seconds)
    {
        var from = Some(1)[0];
        foreach (var to in Members().Where(member => member.Name != from.Name))
        {
            await FaultAsync(from, to, fault);
        }

        return ($"{from.Name} → all others", seconds);
    }

    private async Task<string> FreezeAsync()
    {
        var victim = Some(1)[0];
        ProcessTable.Freeze(victim.Pid!.Value);
        try
        {
            await PassAsync(0.5, 2);
        }
        finally
        {
            ProcessTable.Thaw(victim.Pid!.Value);
        }

        return victim.Name;
    }

    private async Task<string> WipeRedisAsync()
    {
        var redis = _cluster.RedisServer();
        ProcessTable.Kill(redis.Pid);
        await Eventually.HoldsAsync("redis-server is gone", () => !ProcessTable.IsAlive(redis), () => _cluster.Host.Output);
        var folder = Path.Combine(_cluster.Data, "redis");
        foreach (var path in Directory.GetFileSystemEntries(folder))
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }

        await PassAsync(0.5, 1);
        await _cluster.Control.StartAsync("redis-server");
        return "killed, its data deleted, started again";
    }

    private async Task<string> JoinAsync()
    {
        var joined = await _cluster.Control.JoinAsync();
        Assert.True(joined.Id > _highestId, $"{joined.Name} joined under the id {joined.Id}, which is not above {_highestId}");
        _highestId = joined.Id!.Value;
        return $"{joined.Name} as {joined.Id}";
    }

    private async Task<string> JoinWithOneDownAsync()
    {
        var down = Some(1)[0];
        await _cluster.Control.CrashAsync(down.Name);
        var joined = await JoinAsync();
        await _cluster.Control.StartAsync(down.Name);
        return $"{joined} while {down.Name} is dead";
    }

    private async Task<string> LeaveAsync()
    {
        var leaver = Some(1)[0];
        var process = ProcessTable.Find(leaver.Pid!.Value)!;
        (await Api(leaver).OperateAsync(HttpMethod.Post, "/admin/leave")).Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync($"{leaver.Name} has left and ends", () => !ProcessTable.IsAlive(process), () => _cluster.Host.Output, TimeSpan.FromMinutes(1));
        await FreeAsync(leaver.Name);
        return $"{leaver.Name}, {leaver.Id}";
    }

    /// <summary>
    /// Kills a member at a random moment and evicts it. An eviction gives up what nobody else holds; so if anything that was acknowledged there
    /// is nowhere else, the member is started again and it is tried once more.
    /// </summary>
    private async Task<string> EvictAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            var victim = Some(1)[0];
            var id = victim.Id!.Value;
            var others = Members().Where(member => member.Name != victim.Name).Select(Api).ToList();
            await _cluster.Control.CrashAsync(victim.Name);
            await PassAsync(0.5, 1); // answers that were under way have come
            var clocks = await Task.WhenAll(others.Select(other => other.ClockAsync()));
            if (clocks.Max(clock => clock.Delivered.GetValueOrDefault($"{id}")) < _traffic.Tally.Acknowledged(id))
            {
                await _cluster.Control.StartAsync(victim.Name);
                await PassAsync(0.5, 1);
                continue;
            }

            (await others[0].OperateAsync(HttpMethod.Post, $"/admin/evict/{id}")).Expect(HttpStatusCode.OK);
            foreach (var other in others)
            {
                await Eventually.SeesAsync(
                    $"{id} has departed at {other.Name}",
                    other.MembersAsync,
                    members => members.Members.SingleOrDefault(member => member.Id == id)?.Status is "evicted" or "departed" or null,
                    TimeSpan.FromMinutes(1));
            }

            // It comes back late: it is told, and goes for good.
            await _cluster.Control.PostAsync($"/resources/{victim.Name}/start");
            await FreeAsync(victim.Name);
            return $"{victim.Name}, {id}, at attempt {attempt}; it came back late and was turned away";
        }
    }

    private async Task FreeAsync(string name) => await Eventually.SeesAsync(
        $"the place of {name} is free", () => Task.FromResult(_cluster.Describe().Replicas.Single(slot => slot.Name == name)), slot => slot is { Id: null, Pid: null }, TimeSpan.FromMinutes(1));

    /// <summary>Waits until no link has a fault any more.</summary>
    private async Task LinksHealAsync()
    {
        foreach (var member in Members())
        {
            await Eventually.SeesAsync($"the faults of the links of {member.Name} expire", Api(member).LinksAsync, links => links.All(link => link.Mode == "ok"));
        }
    }

    private async Task FaultAsync(ResourceView from, ResourceView to, string fault) => await Api(from).SetLinkAsync(to.Id!.Value, fault);

    private ReplicaApi Api(ResourceView slot) => new(slot, _cluster.Describe().ClusterKey);

    /// <summary>The replicas that run and are members.</summary>
    private List<ResourceView> Members() => [.. _cluster.Describe().Replicas.Where(slot => slot is { Id: not null, Pid: not null })];

    private ResourceView[] Some(int count)
    {
        var members = Members().ToArray();
        _random.Shuffle(members);
        return members[..count];
    }
}
