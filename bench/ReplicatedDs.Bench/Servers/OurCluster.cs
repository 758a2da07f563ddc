using ReplicatedDs.Bench.Loads;

namespace ReplicatedDs.Bench.Servers;

/// <summary>Three replicas, started as the AppHost starts them, and room for a fourth that joins.</summary>
internal sealed class OurCluster : IContender
{
    private const int Slots = 4;
    private const string ClusterKey = "a key for a benchmark on loopback";

    private readonly string _folder;
    private readonly string _program;
    private readonly string _durability;
    private readonly int[] _http = Ports.Free(Slots * 3);
    private readonly List<Child> _members = [];

    private OurCluster(string folder, string program, string durability) => (_folder, _program, _durability) = (folder, program, durability);

    public string Name => "ReplicatedDs";

    public IReadOnlyList<Child> Members => _members;

    public int HttpPort(int member) => _http[member];

    public int PeerPort(int member) => _http[Slots + member];

    public int RespPort(int member) => _http[(2 * Slots) + member];

    /// <param name="program">The replica's dll.</param>
    /// <param name="durability"><c>fsync</c>, <c>os</c> or <c>memory</c>.</param>
    public static async Task<OurCluster> StartAsync(string folder, string program, string durability)
    {
        var cluster = new OurCluster(Directory.CreateDirectory(Path.Combine(folder, "ours-" + durability)).FullName, program, durability);
        for (var i = 0; i < Slots - 1; i++)
        {
            cluster.Add();
        }

        for (var i = 0; i < Slots - 1; i++)
        {
            await RespConnection.WaitForWritesAsync(cluster.RespPort(i), TimeSpan.FromSeconds(60)).ConfigureAwait(false);
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

    private string Folder(int member) => Path.Combine(_folder, $"replica-{member + 1}");

    private Child Start(int member) => Child.Start(
        Path.Combine(_folder, "logs-" + (member + 1)),
        "dotnet",
        [_program],
        [
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("ASPNETCORE_URLS", $"http://127.0.0.1:{HttpPort(member)}"),
            ("Replication__Port", $"{PeerPort(member)}"),
            ("Gateways__Resp__Port", $"{RespPort(member)}"),
            ("Replica__Name", $"replica-{member + 1}"),
            ("Replica__Data", Folder(member)),
            ("Replica__Durability", _durability),
            ("Replica__Found", member == 0 && !File.Exists(Path.Combine(Folder(0), "identity.json")) ? "true" : "false"),
            ("Ids__File", Path.Combine(_folder, "ids.json")),
            ("Cluster__Key", ClusterKey),
            ("Cluster__Members", Addresses(HttpPort)),
            ("Cluster__Peers", Addresses(PeerPort)),
        ]);

    private static string Addresses(Func<int, int> port) =>
        string.Join(';', Enumerable.Range(0, Slots).Select(slot => $"replica-{slot + 1}=http://127.0.0.1:{port(slot)}"));
}
