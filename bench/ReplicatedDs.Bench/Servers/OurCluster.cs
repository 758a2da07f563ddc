using ReplicatedDs.Bench.Loads;

namespace ReplicatedDs.Bench.Servers;

/// <summary>Three replicas, started as the AppHost starts them, and room for a fourth that joins.</summary>
internal sealed class OurCluster : IContender
{
    private const int Slots = 4;
    private const string ClusterKey = "a key for a benchmark on loopback";
    private const string AccessKey = "a key of clients on other hosts";

    private readonly string _folder;
    private readonly string _program;
    private readonly string _durability;
    private readonly IReadOnlyList<Place> _places;
    private readonly int[] _http = Ports.Free(Slots * 3);
    private readonly List<Child> _members = [];

    private OurCluster(string folder, string program, string durability, IReadOnlyList<Place>? places)
    {
        (_folder, _program, _durability) = (folder, program, durability);
        _places = places ?? Place.OnLoopback(Slots);
        File.WriteAllText(KeysFile, $$"""{"keys":[{"name":"clients","role":"write","key":"{{AccessKey}}"}]}""");
    }

    public string Name => "ReplicatedDs";

    public IReadOnlyList<Child> Members => _members;

    /// <value>What a dashboard has to know to follow every replica.</value>
    public IEnumerable<(string Name, string Value)> DashboardSettings => [("Cluster__Key", ClusterKey), ("Cluster__Members", Addresses(HttpPort))];

    public int HttpPort(int member) => _http[member];

    public int PeerPort(int member) => _http[Slots + member];

    public int RespPort(int member) => _http[(2 * Slots) + member];

    /// <param name="program">The replica's dll.</param>
    /// <param name="durability"><c>fsync</c>, <c>os</c> or <c>memory</c>.</param>
    /// <param name="places">Of the three replicas; <c>null</c>: loopback.</param>
    public static async Task<OurCluster> StartAsync(string folder, string program, string durability, IReadOnlyList<Place>? places = null)
    {
        var cluster = new OurCluster(Directory.CreateDirectory(Path.Combine(folder, "ours-" + durability)).FullName, program, durability, places);
        for (var i = 0; i < Slots - 1; i++)
        {
            cluster.Add();
        }

        for (var i = 0; i < Slots - 1; i++)
        {
            await RespConnection.WaitForWritesAsync(cluster.RespPort(i), TimeSpan.FromSeconds(60), cluster._places[i].Address, cluster.Password(i)).ConfigureAwait(false);
        }

        return cluster;
    }

    /// <summary>Starts one more replica, which founds the cluster if it is the first and joins it otherwise.</summary>
    public void Add()
    {
        var member = _members.Count;
        Directory.CreateDirectory(Folder(member));
        _members.Add(Start(member));
    }

    public async Task<IStoreClient> ConnectAsync(int member) =>
        new RespClient(await RespConnection.OpenAsync(RespPort(member), _places[member].Address, Password(member)).ConfigureAwait(false));

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

    private string KeysFile => Path.Combine(_folder, "keys.json");

    /// <summary>On loopback nobody is asked for one.</summary>
    private string? Password(int member) => _places[member].IsLoopback ? null : AccessKey;

    private string Folder(int member) => Path.Combine(_folder, $"replica-{member + 1}");

    private Child Start(int member) => Child.Start(
        Path.Combine(_folder, "logs-" + (member + 1)),
        _places[member],
        "dotnet",
        [_program],
        [
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("ASPNETCORE_URLS", $"http://{_places[member].Address}:{HttpPort(member)}"),
            ("Replication__Address", $"{_places[member].Address}"),
            ("Replication__Port", $"{PeerPort(member)}"),
            ("Gateways__Resp__Address", $"{_places[member].Address}"),
            ("Gateways__Resp__Port", $"{RespPort(member)}"),
            ("Replica__Name", $"replica-{member + 1}"),
            ("Replica__Data", Folder(member)),
            ("Replica__Durability", _durability),
            ("Replica__Found", member == 0 && !File.Exists(Path.Combine(Folder(0), "identity.json")) ? "true" : "false"),
            ("Ids__File", Path.Combine(_folder, "ids.json")),
            ("Cluster__Key", ClusterKey),
            ("Cluster__Members", Addresses(HttpPort)),
            ("Cluster__Peers", Addresses(PeerPort)),
            .. _places[member].IsLoopback ? (ReadOnlySpan<(string, string)>)[] : [("Security__KeysFile", KeysFile), ("Security__AllowCleartext", "true")],
        ]);

    private string Addresses(Func<int, int> port) =>
        string.Join(';', Enumerable.Range(0, _places.Count).Select(slot => $"replica-{slot + 1}=http://{_places[slot].Address}:{port(slot)}"));
}
