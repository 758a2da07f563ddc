using ReplicatedDs.Dashboard.History;

namespace ReplicatedDs.Dashboard.Tests.History;

public sealed class UpdateIndexTests
{
    private readonly UpdateIndex _index = new();

    [Fact]
    public void Add_WriteBufferApply_TellsWhoHasItAfterHowLong()
    {
        _index.Add(Happened.Event("Write", 2, "2#1", 10, "y", (1, 1)));
        _index.Add(Happened.Event("Apply", 1, "2#1", 14, "y"));
        _index.Add(Happened.Event("Buffer", 3, "2#1", 14, "y"));
        _index.Add(Happened.Event("Apply", 3, "2#1", 810, "y"));
        var update = Assert.Single(_index.Of("y"));
        Assert.Equal(2, update.Origin);
        Assert.Equal(1, update.Knew[1]);
        Assert.Equal(4_000, update.Took(1));
        Assert.Equal(800_000, update.Took(3));
        Assert.Equal(796_000, UpdateHistory.Waited(update.At(3)!));
        Assert.Equal(0, UpdateHistory.Waited(update.At(1)!));
        Assert.Null(update.Took(4));
    }

    [Fact]
    public void Add_ApplyHeardBeforeItsWrite_IsTheSameUpdate()
    {
        _index.Add(Happened.Event("Apply", 1, "2#1", 14, "y"));
        Assert.Null(Assert.Single(_index.Of("y")).WrittenAt);
        _index.Add(Happened.Event("Write", 2, "2#1", 10, "y"));
        Assert.Equal(4_000, Assert.Single(_index.Of("y")).Took(1));
    }

    [Fact]
    public void Add_MoreThanFits_ForgetsTheOldestAndItsKeys()
    {
        var index = new UpdateIndex(3);
        for (var n = 1; n <= 5; n++)
        {
            index.Add(Happened.Event("Write", 1, $"1#{n}", n, n < 3 ? "old" : "new"));
        }

        Assert.Empty(index.Of("old"));
        Assert.Equal(["1#5", "1#4", "1#3"], index.Of("new").Select(update => update.Dot));
        Assert.Null(index.Find("1#1"));
    }

    [Fact]
    public void Add_OneKeyWrittenOften_KeepsItsLastUpdates()
    {
        for (var n = 1; n <= 100; n++)
        {
            _index.Add(Happened.Event("Write", 1, $"1#{n}", n, "hot"));
        }

        Assert.Equal(UpdateIndex.PerKeyMax, _index.Of("hot").Count);
        Assert.Equal("1#100", _index.Of("hot")[0].Dot);
    }

    [Fact]
    public void Why_Siblings_SaysWhatEachWriterKnew()
    {
        _index.Add(Happened.Event("Write", 1, "1#7", 1, "cart", (1, 6), (3, 3)));
        _index.Add(Happened.Event("Write", 3, "3#4", 1, "cart", (3, 3)));
        Assert.Equal(
            "r1#7 knew r3 up to r3#3, not r3#4, and r3#4 knew nothing of r1, not r1#7: neither writer could have known of the other.",
            SiblingWords.Why(_index.Find("1#7"), _index.Find("3#4")));
        Assert.Equal("Each was written without knowing of the other.", SiblingWords.Why(_index.Find("1#7"), null));
    }
}
