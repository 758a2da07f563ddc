using System.Net;
using System.Net.Sockets;

namespace ReplicatedDs.Dashboard.Tests.StandIn;

/// <summary>Free loopback ports that stay the same while a stand-in is stopped and started.</summary>
internal static class StandInPort
{
    private const int First = 18_500;
    private const int Last = 18_899;

    private static int _next = First + Environment.ProcessId * 7 % 200;

    public static int Take()
    {
        for (var tries = 0; tries <= Last - First; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) - First) % (Last - First + 1);
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }

        throw new InvalidOperationException($"No free port between {First} and {Last}.");
    }
}
