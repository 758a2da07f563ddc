using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Causality.Tests.Core;

/// <summary>What a checkpoint is told to have changed since the last one.</summary>
public class ChangedKeysTests
{
    private readonly TestReplica _one = new(1, TestReplica.ClusterOf(2));
    private readonly TestReplica _two = new(2, TestReplica.ClusterOf(2));
    private readonly ChangedKeys _changed = new();

    public ChangedKeysTests() => _changed.Restart(_one.State.Delivered);

    [Fact]
    public void Key_WrittenAgain_IsToldOnce()
    {
        Assert.Equal(["x"], Write("x"));
        Assert.Equal(["y"], Write("y"));
        Assert.Equal([], Write("x"));
        Assert.Equal(["x", "y"], Take());
    }

    [Fact]
    public void Key_WrittenAgainAfterACheckpoint_IsToldAgain()
    {
        Write("x");
        Write("y");
        Take();
        Assert.Equal(["x"], Write("x"));
        Assert.Equal([], Write("x"));
        Assert.Equal(["x"], Take());
    }

    [Fact]
    public void Key_OfAPeer_IsToldAsOnesOwn()
    {
        Write("x");
        Take();
        var theirs = _two.Write("x", "2");
        _one.Core.ChangesSince = _changed.Since;
        _one.Receive(theirs);
        Add();
        Assert.Equal(["x"], Take());
    }

    [Fact]
    public void Key_ChangedByAStepThatBeganBeforeTheCheckpoint_IsToldThoughItWasToldBefore()
    {
        Write("x");
        _one.Core.ChangesSince = _changed.Since;
        var before = _one.State.Delivered;
        _one.Write("x", "2");
        Assert.Empty(_one.Output.Changes.Keys);
        Assert.Equal(["x"], _changed.Take(before)); // the checkpoint has x without the step
        Add();
        Assert.Equal(["x"], Take());
    }

    [Fact]
    public void Key_WhoseCheckpointFailed_IsToldWithTheNext()
    {
        Write("x");
        var failed = _changed.Take(_one.State.Delivered);
        Write("y");
        _changed.PutBack(failed);
        Assert.Equal(["x", "y"], Take());
    }

    [Fact]
    public void Key_ThatWasForgotten_IsTold()
    {
        Write("x");
        _one.Ask<Written>(tag => new WriteRequest(tag, [new Updates.DeleteOperation("x")], []));
        _one.Core.ChangesSince = null;
        Take();
        _one.Hear(2, _one.State.Delivered);
        _one.Pass(300, () => _changed.Add([], _one.Output.Changes, _one.Output.Collected));
        Add();
        Assert.Equal(["x"], Take());
    }

    [Fact]
    public void Key_WithoutAnybodyWhoAsked_IsNotTold()
    {
        _one.Write("x", "1");
        Assert.Null(_one.Output.Changes.Since);
        Assert.Empty(_one.Output.Changes.Keys);
    }

    private string[] Write(string key)
    {
        _one.Core.ChangesSince = _changed.Since;
        _one.Write(key, "1");
        Add();
        return [.. _one.Output.Changes.Keys];
    }

    private void Add() => _changed.Add(_one.Output.Append, _one.Output.Changes, _one.Output.Collected);

    private IEnumerable<string> Take() => _changed.Take(_one.State.Delivered).Order(StringComparer.Ordinal);
}
