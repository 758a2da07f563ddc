using System.Net;

namespace ReplicatedDs.Bench.Servers;

/// <summary>Where a server runs.</summary>
/// <param name="Host">The network namespace; <c>null</c>: this process's.</param>
internal sealed record Place(string? Host, IPAddress Address)
{
    public static readonly Place Loopback = new(null, IPAddress.Loopback);

    /// <summary>So many servers in this process's network.</summary>
    public static IReadOnlyList<Place> OnLoopback(int servers) => [.. Enumerable.Repeat(Loopback, servers)];

    public bool IsLoopback => Host is null;
}
