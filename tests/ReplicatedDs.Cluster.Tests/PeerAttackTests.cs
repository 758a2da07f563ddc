using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ReplicatedDs.Cluster.Tests.Harness;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>Who tries cluster keys on the port between replicas, or keeps its connections busy, while these go on.</summary>
public sealed class PeerAttackTests(PeerAttackTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<PeerAttackTests.Fixture>
{
    private const int Tries = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private TestCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task ClusterKey_Guessed_LocksTheGuesserOutAndNobodyElse()
    {
        using var guesser = PeerPort.From(IPAddress.Parse("127.0.0.2"));
        for (var i = 0; i < Tries; i++)
        {
            using var wrong = await PeerPort.SendAsync(Cluster[1].Peer, HttpMethod.Get, "/replication/cluster", $"a guess, number {i}", client: guesser);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        // Also the right one is not looked at now, on this port and on the clients'.
        foreach (var key in (string[])["another guess of the key", Cluster.Describe().ClusterKey])
        {
            using var refused = await PeerPort.SendAsync(Cluster[1].Peer, HttpMethod.Get, "/replication/cluster", key, client: guesser);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
            Assert.Contains("urn:replicated-ds:too-many-wrong-keys", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var operate = new HttpRequestMessage(HttpMethod.Get, new Uri(Cluster[1].Http, "/admin/links")) { Headers = { { "Authorization", $"Bearer {Cluster.Describe().ClusterKey}" } } };
        using var operated = await guesser.SendAsync(operate);
        Assert.Equal(HttpStatusCode.TooManyRequests, operated.StatusCode);

        using var peer = await PeerPort.SendAsync(Cluster[1].Peer, HttpMethod.Get, "/replication/cluster", Cluster.Describe().ClusterKey);
        Assert.Equal(HttpStatusCode.OK, peer.StatusCode);
        await ReplicatesAsync("while somebody guesses");
    }

    [Fact]
    public async Task GuesserOnTheReplicasOwnMachine_StopsNoReplication()
    {
        using var guesser = PeerPort.From(IPAddress.Loopback);
        for (var i = 0; i <= Tries; i++)
        {
            using var wrong = await PeerPort.SendAsync(Cluster[2].Peer, HttpMethod.Get, "/replication/cluster", $"a guess, number {i}", client: guesser);
            Assert.Equal(i < Tries ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests, wrong.StatusCode);
        }

        // The connections between the replicas have shown their key before.
        await ReplicatesAsync("while somebody guesses here");
    }

    [Theory]
    [InlineData("")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0")]
    [InlineData("GET / HTTP/1.1\r\nHost: ")]
    public async Task ConnectionThatGetsNowhere_IsClosed(string opening)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Cluster[1].Peer.Port));
        var clock = Stopwatch.StartNew();
        await socket.SendAsync(Encoding.ASCII.GetBytes(opening));
        await ClosedAsync(socket);
        output.WriteLine($"closed after {clock.Elapsed.TotalSeconds:0.0} s");
        await ReplicatesAsync($"after {opening.Length} bytes that got nowhere");
    }

    /// <summary>Reads what comes, which keeps nobody alive, until the other side closes.</summary>
    private static async Task ClosedAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(Patience);
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, deadline.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset.
        }
        catch (OperationCanceledException)
        {
            throw new XunitException($"The connection is still open after {Patience.TotalSeconds} s.");
        }
    }

    private async Task ReplicatesAsync(string value)
    {
        await Cluster[1].WriteAsync("attacked", value);
        await Cluster[2].ShowsAsync("attacked", value);
    }

    public sealed class Fixture : ClusterFixture
    {
        internal override ClusterSpec Spec => new() { Count = 2, Environment = new Dictionary<string, string> { ["Limits__SlowSeconds"] = "2" } };
    }
}
