using ReplicatedDs.Replica.Ids;

namespace ReplicatedDs.Replica.Tests.Ids;

public sealed class FileIdAllocatorTests : IdAllocatorContract
{
    private readonly string _root = Directory.CreateTempSubdirectory("rds-ids-").FullName;

    protected override string Place => FilePath;

    private string FilePath => Path.Combine(_root, "data", "ids.json");

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"clusterId\":\"00112233445566778899aabbccddeeff\",\"coun")]
    [InlineData("{\"clusterId\":\"00112233445566778899aabbccddeeff\",\"counter\":0,\"epoch\":\"a\"}")]
    [InlineData("[1]")]
    public async Task AllocateAsync_ADamagedFile_SaysSo(string content)
    {
        await Allocator.FoundAsync(ClusterId, default);
        await File.WriteAllTextAsync(FilePath, content);
        var refused = await Assert.ThrowsAsync<IdAllocatorException>(() => AllocateAsync(known: 1));
        Assert.StartsWith($"{FilePath} is damaged:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllocateAsync_WhileAnotherHoldsTheLock_WaitsThenSaysSo()
    {
        await Allocator.FoundAsync(ClusterId, default);
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

    protected override IIdAllocator Create() => new FileIdAllocator(FilePath, TimeProvider.System);

    protected override Task WipeAsync()
    {
        File.Delete(FilePath);
        return Task.CompletedTask;
    }
}
