using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Ids;

namespace ReplicatedDs.Replica.Tests.Ids;

public sealed class FileIdAllocatorTests : IDisposable
{
    private const string ClusterId = "00112233445566778899aabbccddeeff";

    private readonly string _root = Directory.CreateTempSubdirectory("rds-ids-").FullName;
    private readonly FileIdAllocator _allocator;

    public FileIdAllocatorTests() => _allocator = new FileIdAllocator(FilePath, TimeProvider.System);

    private string FilePath => Path.Combine(_root, "data", "ids.json");

    public void Dispose()
    {
        _allocator.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task AllocateAsync_AfterFounding_CountsFromTwoAndStaysAboveWhatIsKnown()
    {
        await _allocator.FoundAsync(ClusterId, default);
        Assert.Equal(2, await AllocateAsync(known: 1));
        Assert.Equal(18, await AllocateAsync(known: 17));
        Assert.Equal(19, await AllocateAsync(known: 2));
    }

    [Fact]
    public async Task AllocateAsync_100AtOnceThroughTenAllocators_AreUniqueAndRising()
    {
        await _allocator.FoundAsync(ClusterId, default);
        var allocators = Enumerable.Range(0, 10).Select(_ => new FileIdAllocator(FilePath, TimeProvider.System)).ToArray();
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => AllocateAsync(known: 1, through: allocators[n % 10])));
        Assert.Equal(Enumerable.Range(2, 100), ids.Order());
        Array.ForEach(allocators, allocator => allocator.Dispose());
    }

    [Theory]
    [InlineData(3, 1, 1025)]
    [InlineData(3, 1024, 2049)]
    public async Task AllocateAsync_WithoutAFile_ContinuesAboveTheNextMultipleOf1024(int known, int anywhere, int expected)
    {
        Assert.Equal(expected, await AllocateAsync(known, anywhere));
        Assert.Equal(expected + 1, await AllocateAsync(known));
    }

    [Fact]
    public async Task AllocateAsync_ManyWithoutAFile_ReseedOnce()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AllocateAsync(known: 3, anywhere: 5)));
        Assert.Equal(Enumerable.Range(1025, 20), ids.Order());
    }

    [Fact]
    public async Task AllocateAsync_AnotherClustersFile_IsRefused()
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
        Assert.Contains($"already belongs to cluster {ClusterId}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"clusterId\":\"00112233445566778899aabbccddeeff\",\"coun")]
    [InlineData("{\"clusterId\":\"00112233445566778899aabbccddeeff\",\"counter\":0,\"epoch\":\"a\"}")]
    [InlineData("[1]")]
    public async Task AllocateAsync_ADamagedFile_SaysSo(string content)
    {
        await _allocator.FoundAsync(ClusterId, default);
        await File.WriteAllTextAsync(FilePath, content);
        var refused = await Assert.ThrowsAsync<IdAllocatorException>(() => AllocateAsync(known: 1));
        Assert.StartsWith($"{FilePath} is damaged:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllocateAsync_WhileAnotherHoldsTheLock_WaitsThenSaysSo()
    {
        await _allocator.FoundAsync(ClusterId, default);
        using var impatient = new FileIdAllocator(FilePath, TimeProvider.System, TimeSpan.FromMilliseconds(50));
        Task<int> waiting;
        using (new FileStream(FilePath + ".lock", FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var refused = await Assert.ThrowsAsync<IdAllocatorException>(() => AllocateAsync(known: 1, through: impatient));
            Assert.True(refused.IsTransient);
            waiting = AllocateAsync(known: 1);
            Assert.False(waiting.IsCompleted);
        }

        Assert.Equal(2, await waiting);
    }

    [Fact]
    public async Task FoundAsync_WhereNoFileCanBe_SaysSo()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "file"), "");
        using var allocator = new FileIdAllocator(Path.Combine(_root, "file", "ids.json"), TimeProvider.System);
        await Assert.ThrowsAsync<IdAllocatorException>(() => allocator.FoundAsync(ClusterId, default));
    }

    private static Task<ReplicaId> NobodyAsks(CancellationToken cancellationToken) => throw new InvalidOperationException("Nothing was lost, so nobody has to be asked.");

    private async Task<int> AllocateAsync(int known, int? anywhere = null, FileIdAllocator? through = null)
    {
        Func<CancellationToken, Task<ReplicaId>> ask = anywhere is { } highest ? _ => Task.FromResult(new ReplicaId(highest)) : NobodyAsks;
        return (await (through ?? _allocator).AllocateAsync(ClusterId, new ReplicaId(known), ask, default)).Value;
    }
}
