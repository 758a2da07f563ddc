using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Ids;

namespace ReplicatedDs.Replica.Tests.Ids;

public sealed class RedisIdAllocatorTests(RedisServer server) : IdAllocatorContract, IClassFixture<RedisServer>
{
    protected override string Place => $"Redis at {server.Configuration}";

    public override async Task InitializeAsync() => Assert.Equal("+OK", await server.CommandAsync("FLUSHALL"));

    [Theory]
    [InlineData("DEL replicated-ds:epoch")]
    [InlineData("DEL replicated-ds:ids")]
    [InlineData("DEL replicated-ds:cluster")]
    public async Task AllocateAsync_AfterAKeyWasLost_ContinuesAboveTheNextMultipleOf1024(string wipe)
    {
        await Allocator.FoundAsync(ClusterId, default);
        Assert.Equal(2, await AllocateAsync(known: 1));
        await server.CommandAsync(wipe);
        Assert.Equal(1025, await AllocateAsync(known: 3, anywhere: 1));
        Assert.Equal(1026, await AllocateAsync(known: 3));
    }

    [Fact]
    public async Task AllocateAsync_WhenRedisIsGone_IsATransientErrorSoon()
    {
        // Bound, so that nobody else takes it, and refusing, because nobody listens.
        using var gone = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        gone.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await IsTransientSoonAsync((IPEndPoint)gone.LocalEndPoint!);
    }

    [Fact]
    public async Task AllocateAsync_WhenRedisIsSilent_IsATransientErrorSoon()
    {
        // Takes connections and never answers.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await IsTransientSoonAsync((IPEndPoint)silent.LocalEndpoint);
    }

    [Fact]
    public async Task AllocateAsync_WhenRedisComesLaterAndRestarts_Works()
    {
        var late = new RedisServer { Port = RedisServer.FreePort() };
        await using var allocator = new RedisIdAllocator(late.Configuration, TimeProvider.System);
        await Assert.ThrowsAsync<IdAllocatorException>(() => allocator.FoundAsync(ClusterId, default));
        await late.InitializeAsync();
        await EventuallyAsync(() => allocator.FoundAsync(ClusterId, default));
        Assert.Equal(2, await AllocateAsync(known: 1, through: allocator));
        await late.DisposeAsync();
        await late.InitializeAsync();
        var id = 0;
        await EventuallyAsync(async () => id = await AllocateAsync(known: 2, anywhere: 2, through: allocator));
        Assert.Equal(1025, id);
        await late.DisposeAsync();
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("abortConnect=false")]
    public void Constructor_AConnectionStringThatIsNone_Throws(string configuration) =>
        Assert.ThrowsAny<ArgumentException>(() => new RedisIdAllocator(configuration, TimeProvider.System));

    protected override IIdAllocator Create() => new RedisIdAllocator(server.Configuration, TimeProvider.System);

    protected override Task WipeAsync() => server.CommandAsync("FLUSHALL");

    /// <summary>Twice: with a connection to be made, and with one that was tried.</summary>
    private static async Task IsTransientSoonAsync(IPEndPoint redis)
    {
        await using var allocator = new RedisIdAllocator(redis.ToString(), TimeProvider.System, timeout: TimeSpan.FromMilliseconds(500));
        for (var time = 0; time < 2; time++)
        {
            var watch = Stopwatch.StartNew();
            var failed = await Assert.ThrowsAsync<IdAllocatorException>(() => allocator.AllocateAsync(ClusterId, new ReplicaId(1), NobodyAsks, default));
            Assert.True(failed.IsTransient, failed.Message);
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        }
    }

    private static async Task EventuallyAsync(Func<Task> action)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            try
            {
                await action();
                return;
            }
            catch (IdAllocatorException exception) when (exception.IsTransient && DateTime.UtcNow < deadline)
            {
                await Task.Yield();
            }
        }
    }
}
