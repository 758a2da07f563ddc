using System.Net;
using System.Net.Sockets;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>Ports for programs that are started without the AppHost.</summary>
internal static class Ports
{
    /// <summary>One of loopback that nobody had a moment ago.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
