namespace ReplicatedDs.AppHost.Cluster;

/// <summary>A place for a replica: its name, its folder and its ports stay; which identity lives there changes with join and leave.</summary>
internal sealed record ReplicaSlot(int Number, int HttpPort, int PeerPort, int? RespPort, int? TextPort)
{
    public string Name { get; } = NameOf(Number);

    public string Http => $"http://127.0.0.1:{HttpPort}";

    public string Peer => $"http://127.0.0.1:{PeerPort}";

    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"replica-{number}");
}
