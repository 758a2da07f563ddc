using System.Net;
using System.Net.Sockets;

namespace ReplicatedDs.Bench.Servers;

/// <summary>Free ports on loopback.</summary>
internal static class Ports
{
    /// <summary>All different: none is given back before the last is found.</summary>
    public static int[] Free(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
