using ReplicatedDs.Bench.Loads;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Servers;
using ReplicatedDs.PrivateNetworks;

namespace ReplicatedDs.Bench.Compare;

/// <summary>
/// One of three members and its clients are cut off from the other two and theirs, and both sides go on writing. Every member is on a host of its own, as are the
/// clients of each side, in a network that goes with the process that makes it.
/// </summary>
internal static class Partitions
{
    /// <summary>The command of this program that runs inside.</summary>
    public const string Command = "partitions";

    private const string Minority = "clients-1";
    private const string Majority = "clients-2";
    private static readonly string[] Hosts = ["member-1", "member-2", "member-3"];

    /// <summary>Starts this program again in a network of its own.</summary>
    /// <param name="objection">Why there was none, as a sentence.</param>
    public static async Task<List<Partition>> RunAsync(string folder, string replica, TimeSpan time, Action<string> objection)
    {
        if (PrivateNetwork.Objection(hasDelays: false) is { } reason)
        {
            objection(reason);
            return [];
        }

        var path = Path.Combine(folder, "partitions.json");
        var seconds = time.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var code = await PrivateNetwork.RunAsync([Command, folder, replica, seconds, path], new Dictionary<string, string> { ["TMPDIR"] = folder }).ConfigureAwait(false);
        return code == 0 ? Result.Read(path).Partitions : throw new InvalidOperationException($"The run in a network of its own ended with exit code {code}.");
    }

    /// <summary>What runs inside.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> InsideAsync(string folder, string replica, TimeSpan time, string path)
    {
        PrivateNetwork.Settle();
        try
        {
            using var network = new VirtualNetwork([.. Hosts, Minority, Majority], hasDelays: false);
            var places = Hosts.Select(host => new Place(host, network.AddressOf(host))).ToList();
            var partitions = new List<Partition>();
            await using (var ours = await OurCluster.StartAsync(folder, replica, "os", places).ConfigureAwait(false))
            {
                partitions.Add(await CutAsync(network, ours, 0, "one of three replicas", time).ConfigureAwait(false));
            }

            await using (var redis = await RedisCluster.StartAsync(folder, withSentinels: true, places).ConfigureAwait(false))
            {
                partitions.Add(await CutAsync(network, redis, 0, "the primary and its sentinel", time).ConfigureAwait(false));
            }

            await using (var etcd = await EtcdCluster.StartAsync(folder, places).ConfigureAwait(false))
            {
                partitions.Add(await CutAsync(network, etcd, await etcd.LeaderAsync().ConfigureAwait(false), "the leader", time).ConfigureAwait(false));
            }

            new Result([], [], [], partitions).Write(path);
            return 0;
        }
        catch (Exception exception)
        {
            // The first process of a namespace cannot end by the signal of an unhandled exception.
            await Console.Error.WriteLineAsync($"{exception}").ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task<Partition> CutAsync(VirtualNetwork network, IContender contender, int isolated, string member, TimeSpan time)
    {
        using var minority = new HostThread(Minority);
        using var majority = new HostThread(Majority);
        int[] others = [.. Enumerable.Range(0, Hosts.Length).Where(other => other != isolated)];
        Comparison.Say($"{contender.Name}: {member} is cut off");
        var course = await Availability.RunAsync(
            contender,
            [new Side(others, majority), new Side([isolated], minority)],
            () =>
            {
                network.Lose(VirtualNetwork.Between([Hosts[isolated], Minority], [.. others.Select(other => Hosts[other]), Majority]));
                return Task.CompletedTask;
            },
            () => network.Lose([]),
            time).ConfigureAwait(false);
        Comparison.Say($"{contender.Name}: {course.Acknowledged.Sum(static side => side.Count)} keys are read back");
        var lost = await ReadBack.MissingAsync(contender, [.. course.Acknowledged.SelectMany(static side => side)]).ConfigureAwait(false);
        var sides = course.Sides.Zip(course.Acknowledged, (perSecond, keys) => new PartitionSide(perSecond, keys.Count, keys.Count(lost.Contains))).ToList();
        return new Partition(contender.Name, member, course.FailedAt, course.MendedAt, sides[0], sides[1]);
    }
}
