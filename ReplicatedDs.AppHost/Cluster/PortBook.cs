using System.Net;
using System.Net.Sockets;

namespace ReplicatedDs.AppHost.Cluster;

/// <summary>Chooses the ports of a run, each once.</summary>
internal sealed class PortBook(bool preferFixed, TextWriter console)
{
    // Under the range from which systems take the ports of outgoing connections, so that the port of a spare is still free when it joins.
    private const int First = 10000;
    private const int Last = 32767;
    private readonly HashSet<int> _taken = [];
    private readonly Dictionary<int, string> _moved = [];

    /// <value>Ports that stand in for one that was taken, each with the sentence about it.</value>
    public IReadOnlyDictionary<int, string> Moved => _moved;

    /// <exception cref="RefusedException">No port is left.</exception>
    public int Take(string owner, int wish)
    {
        if (preferFixed && IsFree(wish) && _taken.Add(wish))
        {
            return wish;
        }

        for (var attempt = 0; attempt < 5000; attempt++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            if (IsFree(port) && _taken.Add(port))
            {
                if (preferFixed)
                {
                    _moved[port] = $"Port {wish} is taken: {owner} uses {port}.";
                    console.WriteLine(_moved[port]);
                }

                return port;
            }
        }

        throw new RefusedException($"No free port between {First} and {Last} was found for {owner}.");
    }

    private bool IsFree(int port)
    {
        if (_taken.Contains(port))
        {
            return false;
        }

        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
