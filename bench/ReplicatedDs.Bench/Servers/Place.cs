using System.Net;

namespace ReplicatedDs.Bench.Servers;

/// <summary>Where a server runs.</summary>
/// <param name="Host">The network namespace; <c>null</c>: this process's.</param>
internal sealed record Place(string? Host, IPAddress Address)
{
    public static readonly Place Loopback = new(null, IPAddress.Loopback);

    public bool IsLoopback => Host is null;
}
