using ReplicatedDs.Bench.Loads;

namespace ReplicatedDs.Bench.Servers;

/// <summary>A Redis primary with two replicas; with sentinels, if a new primary is to be found when it dies.</summary>
internal sealed class RedisCluster : IContender
{
    private const int Count = 3;

    private readonly string _folder;
    private readonly IReadOnlyList<Place> _places;
    private readonly int[] _ports = Ports.Free(2 * Count);
    private readonly List<Child> _members = [];
    private readonly List<Child> _sentinels = [];

    private RedisCluster(string folder, IReadOnlyList<Place>? places) => (_folder, _places) = (folder, places ?? Place.OnLoopback(Count));

    public string Name => "Redis";

    public IReadOnlyList<Child> Members => _members;

    public int Port(int member) => _ports[member];

    /// <param name="places">Of the three members, each with its sentinel; <c>null</c>: loopback.</param>
    public static async Task<RedisCluster> StartAsync(string folder, bool withSentinels = false, IReadOnlyList<Place>? places = null)
    {
        var cluster = new RedisCluster(Directory.CreateDirectory(Path.Combine(folder, "redis" + (withSentinels ? "-sentinel" : ""))).FullName, places);
        for (var i = 0; i < Count; i++)
        {
            Directory.CreateDirectory(cluster.Folder(i));
            cluster._members.Add(cluster.Start(i, isPrimary: i == 0));
        }

        await RespConnection.WaitForWritesAsync(cluster.Port(0), TimeSpan.FromSeconds(30), cluster._places[0].Address).ConfigureAwait(false);
        for (var i = 1; i < Count; i++)
        {
            await RespConnection.WaitForAsync(cluster.Port(i), ["GET", RespConnection.ProbeKey], "x", TimeSpan.FromSeconds(30), cluster._places[i].Address).ConfigureAwait(false);
        }

        for (var i = 0; withSentinels && i < Count; i++)
        {
            cluster._sentinels.Add(cluster.StartSentinel(i));
        }

        return cluster;
    }

    public async Task<IStoreClient> ConnectAsync(int member) =>
        new RespClient(await RespConnection.OpenAsync(Port(member), _places[member].Address).ConfigureAwait(false));

    public Task KillAsync(int member) => _members[member].KillAsync();

    // Whoever died comes back as a replica of whom the sentinels chose; they tell it so.
    public void Restart(int member) => _members[member] = Start(member, isPrimary: _sentinels.Count > 0 || member == 0);

    public async ValueTask DisposeAsync()
    {
        foreach (var child in (Child[])[.. _sentinels, .. _members])
        {
            await child.DisposeAsync().ConfigureAwait(false);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private string Folder(int member) => Path.Combine(_folder, $"{member + 1}");

    private Child Start(int member, bool isPrimary) => Child.Start(
        Path.Combine(_folder, $"log-{member + 1}"),
        _places[member],
        "redis-server",
        [
            "--port", $"{Port(member)}", "--bind", $"{_places[member].Address}", "--protected-mode", "no", "--dir", Folder(member), "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
            .. isPrimary ? (string[])[] : ["--replicaof", $"{_places[0].Address} {Port(0)}"],
        ]);

    private Child StartSentinel(int member)
    {
        var configuration = Path.Combine(_folder, $"sentinel-{member + 1}.conf");
        File.WriteAllText(
            configuration,
            $"""
            port {_ports[Count + member]}
            bind {_places[member].Address}
            protected-mode no
            dir {Folder(member)}
            sentinel monitor bench {_places[0].Address} {Port(0)} 2
            sentinel down-after-milliseconds bench 1000
            sentinel failover-timeout bench 6000

            """);
        return Child.Start(Path.Combine(_folder, $"sentinel-log-{member + 1}"), _places[member], "redis-server", [configuration, "--sentinel"]);
    }
}
