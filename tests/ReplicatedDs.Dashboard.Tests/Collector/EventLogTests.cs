using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Tests.Collector;

public sealed class EventLogTests
{
    private readonly EventLog _log = new(4, TimeProvider.System);

    [Fact]
    public void ReadAfter_InReach_GivesTheFollowingInOrder()
    {
        Append(3);
        Assert.Equal([2L, 3L], _log.ReadAfter(1, 10).Events.Select(item => item.N));
        Assert.Equal([2L], _log.ReadAfter(1, 1).Events.Select(item => item.N));
        Assert.Empty(_log.ReadAfter(3, 10).Events);
    }

    [Fact]
    public void ReadAfter_Overwritten_TellsHowManyWereLost()
    {
        Append(10);
        var batch = _log.ReadAfter(2, 10);
        Assert.Equal([7L, 8L, 9L, 10L], batch.Events.Select(item => item.N));
        Assert.Equal(4, batch.Lost);
    }

    [Fact]
    public async Task Changed_TakenBeforeAnAppend_Completes()
    {
        var changed = _log.Changed.Next;
        Append(1);
        await changed.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.False(_log.Changed.Next.IsCompleted);
    }

    private void Append(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _log.Append(1, "Kill", "gone");
        }
    }
}
