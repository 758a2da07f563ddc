using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Engine;

/// <summary>Gives every endpoint its port, also those of resources that start later: who starts first must know them all.</summary>
internal static class PortAllocator
{
    public static void Allocate(IEnumerable<Resource> resources)
    {
        // All free ones are held until the last is found, so that none is given twice.
        var held = new List<TcpListener>();
        foreach (var endpoint in resources.SelectMany(resource => resource.Definition.Endpoints))
        {
            endpoint.AllocatedPort ??= endpoint.Port ?? HoldFree(held);
        }

        held.ForEach(listener => listener.Dispose());
    }

    private static int HoldFree(List<TcpListener> held)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        held.Add(listener);
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
