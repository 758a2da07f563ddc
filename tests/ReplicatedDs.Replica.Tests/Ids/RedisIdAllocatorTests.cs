using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Ids;

namespace ReplicatedDs.Replica.Tests.Ids;

public sealed class RedisIdAllocatorTests(RedisServer server) : IClassFixture<RedisServer>, IAsyncLifetime, IAsyncDisposable
{
    private const string ClusterId = "00112233445566778899aabbccddeeff";

    private readonly RedisIdAllocator _allocator = new(server.Configuration, TimeProvider.System);

    public async Task InitializeAsync() => Assert.Equal("+OK", await server.CommandAsync("FLUSHALL"));

    public ValueTask DisposeAsync() => _allocator.DisposeAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Fact]
    public async Task AllocateAsync_AfterFounding_CountsFromTwoAndStaysAboveWhatIsKnown()
    {
        await _allocator.FoundAsync(ClusterId, default);
        Assert.Equal(2, await AllocateAsync(known: 1));
        Assert.Equal(3, await AllocateAsync(known: 1));
        Assert.Equal(18, await AllocateAsync(known: 17));
        Assert.Equal(19, await AllocateAsync(known: 2));
    }

    [Fact]
    public async Task AllocateAsync_100AtOnceThroughTwoConnections_AreUniqueAndRising()
    {
        await _allocator.FoundAsync(ClusterId, default);
        await using var other = new RedisIdAllocator(server.Configuration, TimeProvider.System);
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => AllocateAsync(known: 1, through: n % 2 == 0 ? _allocator : other)));
        Assert.Equal(Enumerable.Range(2, 100), ids.Order());
        Assert.Equal(102, await AllocateAsync(known: 1));
    }

    [Theory]
    [InlineData("FLUSHALL", 3, 1, 1025)]
    [InlineData("FLUSHALL", 3, 1024, 2049)]
    [InlineData("FLUSHALL", 1023, 5, 1025)]
    [InlineData("DEL replicated-ds:epoch", 3, 1, 1025)]
    [InlineData("DEL replicated-ds:ids", 3, 1, 1025)]
    [InlineData("DEL replicated-ds:cluster", 3, 1, 1025)]
    public async Task AllocateAsync_AfterAWipe_ContinuesAboveTheNextMultipleOf1024(string wipe, int known, int anywhere, int expected)
    {
        await _allocator.FoundAsync(ClusterId, default);
        Assert.Equal(2, await AllocateAsync(known: 1));
        await server.CommandAsync(wipe);
        Assert.Equal(expected, await AllocateAsync(known, anywhere));
        Assert.Equal(expected + 1, await AllocateAsync(known));
    }

    [Fact]
    public async Task AllocateAsync_ManyAfterAWipe_ReseedOnce()
    {
        await _allocator.FoundAsync(ClusterId, default);
        await server.CommandAsync("FLUSHALL");
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AllocateAsync(known: 3, anywhere: 5)));
        Assert.Equal(Enumerable.Range(1025, 20), ids.Order());
    }

    [Fact]
    public async Task AllocateAsync_AnotherClustersRedis_IsRefused()
    {
        await _allocator.FoundAsync(ClusterId, default);
        var refused = await Assert.ThrowsAsync<IdAllocatorException>(
            () => _allocator.AllocateAsync(new string('f', 32), new ReplicaId(1), NobodyAsks, default));
        Assert.False(refused.IsTransient);
        Assert.Contains($"belongs to another cluster, {ClusterId}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FoundAsync_Twice_IsRefused()
    {
        await _allocator.FoundAsync(ClusterId, default);
        var refused = await Assert.ThrowsAsync<IdAllocatorException>(() => _allocator.FoundAsync(ClusterId, default));
        Assert.False(refused.IsTransient);
        await using var other = new RedisIdAllocator(server.Configuration, TimeProvider.System);
        refused = await Assert.ThrowsAsync<IdAllocatorException>(() => other.FoundAsync(new string('f', 32), default));
        Assert.Contains($"Redis at {server.Configuration} already belongs to cluster {ClusterId}", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.IsTransient);
    }

    [Fact]
    public async Task FoundAsync_AtOnceByTen_SucceedsForOne()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(async n =>
        {
            await using var allocator = new RedisIdAllocator(server.Configuration, TimeProvider.System);
            try
            {
                await allocator.FoundAsync(n.ToString("x32", null), default);
                return true;
            }
            catch (IdAllocatorException)
            {
                return false;
            }
        }));
        Assert.Single(outcomes, true);
    }

    [Fact]
    public async Task AllocateAsync_WhenRedisIsGone_IsATransientErrorWithin3Seconds()
    {
        await using var allocator = new RedisIdAllocator($"127.0.0.1:{RedisServer.FreePort()}", TimeProvider.System);
        await IsTransientWithin3Seconds(allocator);
        await IsTransientWithin3Seconds(allocator);
    }

    [Fact]
    public async Task AllocateAsync_WhenRedisIsSilent_IsATransientErrorWithin3Seconds()
    {
        // Takes connections and never answers.
        using var silent = new TcpListener(IPAddress.Loopback, RedisServer.FreePort());
        silent.Start();
        await using var allocator = new RedisIdAllocator($"127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}", TimeProvider.System);
        await IsTransientWithin3Seconds(allocator);
    }

    [Fact]
    public async Task AllocateAsync_WhenRedisComesLaterAndRestarts_Works()
    {
        var late = new RedisServer();
        var port = RedisServer.FreePort();
        await using var allocator = new RedisIdAllocator($"127.0.0.1:{port}", TimeProvider.System);
        await Assert.ThrowsAsync<IdAllocatorException>(() => allocator.FoundAsync(ClusterId, default));
        await late.InitializeAsync();
        Assert.Equal(port, late.Port);
        await EventuallyAsync(() => allocator.FoundAsync(ClusterId, default));
        Assert.Equal(2, await AllocateAsync(known: 1, through: allocator));
        await late.DisposeAsync();
        await late.InitializeAsync();
        Assert.Equal(port, late.Port);
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

    private static async Task IsTransientWithin3Seconds(RedisIdAllocator allocator)
    {
        var watch = Stopwatch.StartNew();
        var failed = await Assert.ThrowsAsync<IdAllocatorException>(() => allocator.AllocateAsync(ClusterId, new ReplicaId(1), NobodyAsks, default));
        Assert.True(failed.IsTransient, failed.Message);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 3);
    }

    private static async Task EventuallyAsync(Func<Task> action)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
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

    private static Task<ReplicaId> NobodyAsks(CancellationToken cancellationToken) => throw new InvalidOperationException("Nothing was lost, so nobody has to be asked.");

    private async Task<int> AllocateAsync(int known, int? anywhere = null, RedisIdAllocator? through = null)
    {
        Func<CancellationToken, Task<ReplicaId>> ask = anywhere is { } highest ? _ => Task.FromResult(new ReplicaId(highest)) : NobodyAsks;
        return (await (through ?? _allocator).AllocateAsync(ClusterId, new ReplicaId(known), ask, default)).Value;
    }
}
