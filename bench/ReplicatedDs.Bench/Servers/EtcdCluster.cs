using ReplicatedDs.Bench.Loads;

namespace ReplicatedDs.Bench.Servers;

/// <summary>Three members of etcd as it is installed: every write is on the disk of a majority before it is answered.</summary>
internal sealed class EtcdCluster : IContender
{
    private const int Count = 3;

    private readonly string _folder;
    private readonly IReadOnlyList<Place> _places;
    private readonly int[] _ports = Ports.Free(2 * Count);
    private readonly List<Child> _members = [];

    private EtcdCluster(string folder, IReadOnlyList<Place>? places) => (_folder, _places) = (folder, places ?? Place.OnLoopback(Count));

    public string Name => "etcd";

    public IReadOnlyList<Child> Members => _members;

    public int ClientPort(int member) => _ports[member];

    /// <param name="places">Of the three members; <c>null</c>: loopback.</param>
    public static async Task<EtcdCluster> StartAsync(string folder, IReadOnlyList<Place>? places = null)
    {
        var cluster = new EtcdCluster(Directory.CreateDirectory(Path.Combine(folder, "etcd")).FullName, places);
        for (var i = 0; i < Count; i++)
        {
            cluster._members.Add(cluster.Start(i));
        }

        for (var i = 0; i < Count; i++)
        {
            var port = cluster.ClientPort(i);
            await HttpConnection.WaitForAsync(port, HttpLoad.EtcdPut(port, "probe"), TimeSpan.FromSeconds(30), cluster._places[i].Address).ConfigureAwait(false);
        }

        return cluster;
    }

    /// <summary>The member that orders the writes.</summary>
    public async Task<int> LeaderAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            var status = await HttpConnection.OnceAsync(ClientPort(i), HttpLoad.Post(ClientPort(i), "/v3/maintenance/status", "{}"), _places[i].Address).ConfigureAwait(false);
            if (Field(status, "\"leader\":\"") is { } leader && leader == Field(status, "\"member_id\":\""))
            {
                return i;
            }
        }

        throw new InvalidOperationException("No member of etcd says that it leads.");
    }

    public async Task<IStoreClient> ConnectAsync(int member) =>
        new EtcdClient(await HttpConnection.OpenAsync(ClientPort(member), _places[member].Address).ConfigureAwait(false), ClientPort(member));

    public Task KillAsync(int member) => _members[member].KillAsync();

    public void Restart(int member) => _members[member] = Start(member);

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync().ConfigureAwait(false);
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string? Field(string text, string before)
    {
        var start = text.IndexOf(before, StringComparison.Ordinal);
        return start < 0 ? null : text[(start + before.Length)..text.IndexOf('"', start + before.Length)];
    }

    private Child Start(int member)
    {
        string Peer(int other) => $"http://{_places[other].Address}:{_ports[Count + other]}";
        var client = $"http://{_places[member].Address}:{ClientPort(member)}";
        return Child.Start(
            Path.Combine(_folder, $"log-{member + 1}"),
            _places[member],
            "etcd",
            [
                "--name", $"m{member + 1}", "--data-dir", Path.Combine(_folder, $"{member + 1}"), "--log-level", "error", "--logger", "zap",
                "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", Peer(member), "--initial-advertise-peer-urls", Peer(member),
                "--initial-cluster", string.Join(',', Enumerable.Range(0, Count).Select(other => $"m{other + 1}={Peer(other)}")),
                "--initial-cluster-state", "new",
            ]);
    }
}
