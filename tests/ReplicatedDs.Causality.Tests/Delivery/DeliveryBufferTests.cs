using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Tests.Delivery;

public sealed class DeliveryBufferTests
{
    private static readonly Dot Missing = new(9, 1);

    private readonly DeliveryBuffer _buffer = new(max: 100, bytesMax: long.MaxValue);

    [Fact]
    public void Wake_GivesTheSuccessorAndThoseThatWaitForExactlyThatDot()
    {
        Add(new Dot(1, 1), Missing);
        Add(new Dot(2, 1), new Dot(9, 2));
        Add(new Dot(9, 2), Missing);
        Add(new Dot(9, 3), new Dot(9, 2));
        Assert.Equal([new Dot(1, 1), new Dot(9, 2)], Woken(Missing));
        Assert.Equal([new Dot(2, 1), new Dot(9, 3)], Woken(new Dot(9, 2)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Remove_OfOneThatWaits_LeavesTheOthersThatWaitForTheSame(int removed)
    {
        Dot[] waiting = [new(1, 1), new(2, 1), new(3, 1)];
        Array.ForEach(waiting, dot => Add(dot, Missing));
        Assert.NotNull(_buffer.Remove(new Dot(removed, 1)));
        Assert.Null(_buffer.Remove(new Dot(removed, 1)));
        Assert.Equal(waiting.Where(dot => dot.Replica.Value != removed), Woken(Missing));
        Assert.Equal(2, _buffer.Count);
    }

    [Fact]
    public void WaitFor_OfOneThatWaitsAlready_MovesIt()
    {
        Add(new Dot(1, 1), Missing);
        Add(new Dot(2, 1), Missing);
        _buffer.WaitFor(new Dot(1, 1), new Dot(8, 1));
        _buffer.WaitFor(new Dot(1, 1), new Dot(8, 1));
        Assert.Equal([new Dot(2, 1)], Woken(Missing));
        Assert.Equal([new Dot(1, 1)], Woken(new Dot(8, 1)));
    }

    [Fact]
    public void WakeAll_GivesEachOnceAndForgetsWhatTheyWaitFor()
    {
        Add(new Dot(1, 1), Missing);
        Add(new Dot(2, 1), null);
        Add(new Dot(2, 2), new Dot(2, 1));
        var woken = new Queue<Dot>();
        _buffer.WakeAll(woken);
        Assert.Equal([new Dot(1, 1), new Dot(2, 1), new Dot(2, 2)], woken);
        Assert.Empty(Woken(Missing));
        Assert.Null(_buffer.EarliestAhead);
        Assert.Equal(3, _buffer.Count);
    }

    private void Add(Dot dot, Dot? waitsFor) => Assert.Empty(_buffer.Add(
        new BufferedUpdate(new Update(dot, VectorClock.Empty, new HybridTimestamp(dot.Counter), [new DeleteOperation("a")]), VectorClock.Empty, default), waitsFor, VectorClock.Empty));

    private IEnumerable<Dot> Woken(Dot delivered)
    {
        var woken = new Queue<Dot>();
        _buffer.Wake(delivered, woken);
        return woken.Order();
    }
}
