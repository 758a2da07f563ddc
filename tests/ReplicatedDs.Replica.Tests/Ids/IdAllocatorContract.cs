using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Ids;

namespace ReplicatedDs.Replica.Tests.Ids;

/// <summary>What every allocator promises, wherever it keeps its counter.</summary>
public abstract class IdAllocatorContract : IAsyncLifetime
{
    protected const string ClusterId = "00112233445566778899aabbccddeeff";

    private readonly List<IIdAllocator> _opened = [];
    private IIdAllocator? _allocator;

    protected IIdAllocator Allocator => _allocator ??= Open();

    /// <value>How it calls the place of its counter.</value>
    protected abstract string Place { get; }

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var allocator in _opened)
        {
            if (allocator is IAsyncDisposable closing)
            {
                await closing.DisposeAsync();
            }

            (allocator as IDisposable)?.Dispose();
        }
    }

    [Fact]
    public async Task AllocateAsync_AfterFounding_CountsFromTwoAndStaysAboveWhatIsKnown()
    {
        await Allocator.FoundAsync(ClusterId, default);
        Assert.Equal(2, await AllocateAsync(known: 1));
        Assert.Equal(3, await AllocateAsync(known: 1));
        Assert.Equal(18, await AllocateAsync(known: 17));
        Assert.Equal(19, await AllocateAsync(known: 2));
    }

    [Fact]
    public async Task AllocateAsync_100AtOnceThroughSeveralAllocators_AreUniqueAndRising()
    {
        await Allocator.FoundAsync(ClusterId, default);
        var allocators = Enumerable.Range(0, 5).Select(_ => Open()).ToArray();
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => AllocateAsync(known: 1, through: allocators[n % 5])));
        Assert.Equal(Enumerable.Range(2, 100), ids.Order());
        Assert.Equal(102, await AllocateAsync(known: 1));
    }

    [Theory]
    [InlineData(3, 1, 1025)]
    [InlineData(3, 1024, 2049)]
    [InlineData(1023, 5, 1025)]
    public async Task AllocateAsync_AfterAWipe_ContinuesAboveTheNextMultipleOf1024(int known, int anywhere, int expected)
    {
        await Allocator.FoundAsync(ClusterId, default);
        Assert.Equal(2, await AllocateAsync(known: 1));
        await WipeAsync();
        Assert.Equal(expected, await AllocateAsync(known, anywhere));
        Assert.Equal(expected + 1, await AllocateAsync(known));
    }

    [Fact]
    public async Task AllocateAsync_ManyAfterAWipe_ReseedOnce()
    {
        await Allocator.FoundAsync(ClusterId, default);
        await WipeAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AllocateAsync(known: 3, anywhere: 5)));
        Assert.Equal(Enumerable.Range(1025, 20), ids.Order());
    }

    [Fact]
    public async Task AllocateAsync_OfAnotherCluster_IsRefused()
    {
        await Allocator.FoundAsync(ClusterId, default);
        var refused = await Assert.ThrowsAsync<IdAllocatorException>(
            () => Allocator.AllocateAsync(new string('f', 32), new ReplicaId(1), NobodyAsks, default));
        Assert.False(refused.IsTransient);
        Assert.Contains($"{Place} belongs to another cluster, {ClusterId}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FoundAsync_Twice_IsRefused()
    {
        await Allocator.FoundAsync(ClusterId, default);
        var again = await Assert.ThrowsAsync<IdAllocatorException>(() => Allocator.FoundAsync(ClusterId, default));
        Assert.False(again.IsTransient);
        var other = await Assert.ThrowsAsync<IdAllocatorException>(() => Open().FoundAsync(new string('f', 32), default));
        Assert.False(other.IsTransient);
        Assert.Contains($"{Place} already belongs to cluster {ClusterId}", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FoundAsync_AtOnceByTen_SucceedsForOne()
    {
        var allocators = Enumerable.Range(0, 10).Select(_ => Open()).ToArray();
        var outcomes = await Task.WhenAll(allocators.Select(async (allocator, n) =>
        {
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

    /// <summary>Another allocator with the same counter.</summary>
    protected abstract IIdAllocator Create();

    /// <summary>Loses what the counter's place remembers.</summary>
    protected abstract Task WipeAsync();

    protected static Task<ReplicaId> NobodyAsks(CancellationToken cancellationToken) => throw new InvalidOperationException("Nothing was lost, so nobody has to be asked.");

    protected async Task<int> AllocateAsync(int known, int? anywhere = null, IIdAllocator? through = null)
    {
        Func<CancellationToken, Task<ReplicaId>> ask = anywhere is { } highest ? _ => Task.FromResult(new ReplicaId(highest)) : NobodyAsks;
        return (await (through ?? Allocator).AllocateAsync(ClusterId, new ReplicaId(known), ask, default)).Value;
    }

    private IIdAllocator Open()
    {
        var allocator = Create();
        _opened.Add(allocator);
        return allocator;
    }
}
