using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Tests.Storage;

public sealed class LogDatabaseTests : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly Story _story = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RowsAfter_AndFirstsAfter_CountRowsThatWait(bool isInMemory)
    {
        Directory.CreateDirectory(_scratch.Folder);
        using var log = LogDatabase.Open(isInMemory ? null : _scratch.Folder, isInMemory ? Durability.Memory : Durability.Os, new StoreLimits());
        log.Append([_story.Found(), _story.Write(2, "x", "1")], isPromise: true);
        log.Append([_story.Write(2, "x", "2"), _story.Write(3, "x", "1")], isPromise: false);
        log.Append([_story.Write(3, "x", "2"), _story.Write(4, "x", "1")], isPromise: false);
        var before = Seen();
        Assert.Equal(3, log.LastPosition);
        Assert.Equal([1, 2, 3], log.RowsAfter(0).Select(row => row.Position));
        Assert.Equal([3], log.RowsAfter(2).Select(row => row.Position));
        Assert.Empty(log.RowsAfter(3));
        Assert.Equal("1:1 2:1 3:1 4:1", Firsts(0));
        Assert.Equal("2:2 3:1 4:1", Firsts(1));
        Assert.Equal("3:2 4:1", Firsts(2));
        Assert.Equal("", Firsts(3));

        log.Sync();
        Assert.Equal(before, Seen());
        Assert.Equal(log.RowsAfter(0).Sum(row => row.Bytes), log.Bytes);

        string Firsts(long position) => string.Join(" ", log.FirstsAfter(position).OrderBy(entry => entry.Key).Select(entry => $"{entry.Key.Value}:{entry.Value}"));
        string Seen() => string.Join("; ", Enumerable.Range(0, 4).Select(position => $"{string.Join(",", log.RowsAfter(position))} {Firsts(position)}"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Append_OfWhatDoesNotFollow_LeavesWhatWaitsAsItWas(int waiting)
    {
        Directory.CreateDirectory(_scratch.Folder);
        using var log = LogDatabase.Open(_scratch.Folder, Durability.Os, new StoreLimits { RowUpdatesMax = 2 });
        for (var i = 0; i < waiting; i++)
        {
            log.Append([_story.Write(2, "x", "1"), _story.Write(3, "x", "1"), _story.Write(2, "x", "2")], isPromise: false);
        }

        var before = log.RowsAfter(0);
        var other = new Story();
        var first = other.Write(5, "x", "1");
        _ = other.Write(5, "x", "2");
        Assert.Throws<ArgumentException>(() => log.Append([other.Write(6, "x", "1"), first, first, other.Write(5, "x", "3")], isPromise: false));
        Assert.Equal(before, log.RowsAfter(0));
        log.Append([other.Write(7, "x", "1")], isPromise: true);
        Assert.Equal(2 * waiting + 1, log.LastPosition);
        Assert.Single(log.Read(new ReplicaId(7), 1, 1, 1, default));
        Assert.Empty(log.Read(new ReplicaId(6), 1, 1, 1, default));
        Assert.Equal(2 * waiting, log.Read(new ReplicaId(2), 1, 99, long.MaxValue, default).Length);
    }
}
