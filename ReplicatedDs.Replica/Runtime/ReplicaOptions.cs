using System.Net;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Storage.Values;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>
/// What a replica is told from outside (environment variables, switches). Checked once at start by <see cref="ReplicaOptionsReader"/>.
/// </summary>
public sealed record ReplicaOptions
{
    /// <summary>Its slot, such as <c>replica-1</c> (<c>Replica:Name</c>).</summary>
    public required string Name { get; init; }

    /// <summary>Its own data folder (<c>Replica:Data</c>).</summary>
    public required string Data { get; init; }

    /// <summary>Whether it may found a cluster when its folder is empty (<c>Replica:Found</c>).</summary>
    public bool Found { get; init; }

    /// <summary>
    /// The slot that founds the cluster if there is none yet, and else joins it: the same at all replicas (<c>Replica:Founder</c>). For those that are started with
    /// the same settings each time, also after they lost their folder.
    /// </summary>
    public string? Founder { get; init; }

    /// <summary>What an acknowledged write survives (<c>Replica:Durability</c>).</summary>
    public Durability Durability { get; init; }

    /// <summary>Whether the operator vouches for the data folder, so that nobody else has to (<c>Replica:TrustDisk</c>).</summary>
    public bool TrustDisk { get; init; }

    /// <summary>Whether link faults, guests and hand delivery are offered (<c>Replica:Lab</c>).</summary>
    public bool Lab { get; init; }

    /// <summary>The secret that replicas of one cluster share (<c>Cluster:Key</c>).</summary>
    public required ClusterKeys ClusterKeys { get; init; }

    /// <summary>The certificate of every listener, and whom to trust (<c>Tls:…</c>); <c>null</c>: everything is in clear text.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>Client addresses by slot name (<c>Cluster:Members</c>).</summary>
    public required IReadOnlyDictionary<string, Uri> Members { get; init; }

    /// <summary>Peer addresses by slot name (<c>Cluster:Peers</c>).</summary>
    public required IReadOnlyDictionary<string, Uri> Peers { get; init; }

    /// <summary>The address that it listens on for other replicas (<c>Replication:Address</c>).</summary>
    /// <value>127.0.0.1 by default.</value>
    public IPAddress PeerListen { get; init; } = IPAddress.Loopback;

    /// <summary>The port on which other replicas reach this one, HTTP/2 (<c>Replication:Port</c>).</summary>
    public required int PeerPort { get; init; }

    /// <summary>Where clients reach it: the addresses it listens on (<c>ASPNETCORE_URLS</c>).</summary>
    public required IReadOnlyList<Uri> Urls { get; init; }

    /// <summary>The file of the embedded id allocator (<c>Ids:File</c>).</summary>
    public required string IdsFile { get; init; }

    /// <summary>The Redis that hands out ids (<c>ConnectionStrings:redis</c>); <c>null</c>: the file does.</summary>
    public string? Redis { get; init; }

    /// <summary>About how much of the log stays though everybody has it, to see what happened (<c>Log:KeepMegabytes</c>).</summary>
    /// <value>64 MB by default.</value>
    public long LogBytesKept { get; init; } = 64 << 20;

    /// <summary>
    /// About how large the log becomes at most (<c>Log:MaxMegabytes</c>). A member that was away for longer than it reaches back takes a snapshot.
    /// </summary>
    /// <value>1 GB by default.</value>
    public long LogBytesMax { get; init; } = 1L << 30;

    /// <summary>The Redis Cluster that keeps the values (<c>Storage:Values</c>); <c>null</c>: they are in memory.</summary>
    internal ValuesOptions? Values { get; init; }

    /// <summary>A deliberate fault of the core, for testing the tests (<c>Lab:Mutation</c>; lab mode only).</summary>
    public string? Mutation { get; init; }

    /// <summary>Where clients are told to reach it.</summary>
    public Uri HttpAddress => Members.GetValueOrDefault(Name) ?? Urls[0];

    /// <summary>Where other replicas are told to reach it.</summary>
    public Uri PeerAddress => Peers.GetValueOrDefault(Name) ?? new Uri($"{(Tls is null ? "http" : "https")}://127.0.0.1:{PeerPort}");
}
