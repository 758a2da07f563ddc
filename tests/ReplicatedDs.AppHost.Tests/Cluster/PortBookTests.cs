using System.Net;
using System.Net.Sockets;
using ReplicatedDs.AppHost.Cluster;

namespace ReplicatedDs.AppHost.Tests.Cluster;

public class PortBookTests
{
    [Fact]
    public void Take_AFixedPortThatIsFree_TakesIt()
    {
        var console = new StringWriter();
        var free = FreePort();

        Assert.Equal(free, new PortBook(preferFixed: true, console).Take("replica-1 http", free));
        Assert.Empty(console.ToString());
    }

    [Fact]
    public void Take_AFixedPortThatIsTaken_TakesAnother_AndSaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = ((IPEndPoint)listener.LocalEndpoint).Port;
        var console = new StringWriter();

        var ports = new PortBook(preferFixed: true, console);
        var port = ports.Take("replica-1 http", taken);

        Assert.NotEqual(taken, port);
        Assert.Equal($"Port {taken} is taken: replica-1 http uses {port}.", console.ToString().Trim());
        Assert.Equal([KeyValuePair.Create(port, console.ToString().Trim())], ports.Moved);
    }

    [Fact]
    public void Take_OnePortTwice_GivesItOnce()
    {
        var ports = new PortBook(preferFixed: true, TextWriter.Null);

        var free = FreePort();

        Assert.NotEqual(ports.Take("a", free), ports.Take("b", free));
    }

    [Fact]
    public void Take_Automatically_IgnoresTheWish_AndStaysBelowTheOutgoingRange()
    {
        var ports = new PortBook(preferFixed: false, TextWriter.Null);

        var taken = Enumerable.Range(0, 100).Select(_ => ports.Take("x", 18112)).ToList();

        Assert.Empty(ports.Moved);
        Assert.Equal(100, taken.Distinct().Count());
        Assert.All(taken, port => Assert.InRange(port, 10000, 32767));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
