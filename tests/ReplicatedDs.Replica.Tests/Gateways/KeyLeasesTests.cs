using ReplicatedDs.Replica.Gateways;
using ReplicatedDs.Replica.Tests.Http;

namespace ReplicatedDs.Replica.Tests.Gateways;

/// <summary>Leases on keys, on virtual time.</summary>
public class KeyLeasesTests
{
    private readonly ManualTime _time = new();
    private readonly KeyLeases _leases;

    public KeyLeasesTests() => _leases = new KeyLeases(_time);

    [Fact]
    public async Task Enter_WithoutALease_NeverWaitsAndLeavesNothingBehind()
    {
        using (await _leases.EnterAsync("x", default))
        using (await _leases.EnterAsync("x", default))
        {
            Assert.Equal(1, _leases.Count);
        }

        Assert.Equal(0, _leases.Count);
    }

    [Fact]
    public async Task Lease_WaitsForWritersUnderWay()
    {
        var pass = await _leases.EnterAsync("x", default);
        var lease = _leases.LeaseAsync("x", default);
        Assert.False(lease.IsCompleted);
        pass.Dispose();
        (await lease).Dispose();
        Assert.Equal(0, _leases.Count);
    }

    [Fact]
    public async Task Lease_WaitsForWritersThatAreOnlyCounted()
    {
        Assert.True(_leases.TryEnter("x", out var isAtKey));
        Assert.False(isAtKey);
        var lease = _leases.LeaseAsync("x", default);
        Assert.False(lease.IsCompleted);

        // Who comes now waits its turn behind the lease, and another key of the stripe is counted at its key.
        Assert.False(_leases.TryEnter("x", out _));
        var later = _leases.EnterAsync("x", default);
        var other = SameStripe("x");
        Assert.True(_leases.TryEnter(other, out var isOtherAtKey));
        Assert.True(isOtherAtKey);
        _leases.Leave(other, isOtherAtKey);
        Assert.False(lease.IsCompleted);

        _leases.Leave("x", isAtKey);
        using (await lease)
        {
            Assert.False(later.IsCompleted);
            Assert.False(_leases.TryEnter("x", out _));
        }

        (await later).Dispose();
        Assert.Equal(0, _leases.Count);
        Assert.True(_leases.TryEnter("x", out isAtKey));
        Assert.False(isAtKey);
        _leases.Leave("x", isAtKey);
    }

    [Fact]
    public async Task Enter_DuringALease_WaitsForItsEndAndOtherKeysDoNot()
    {
        var lease = await _leases.LeaseAsync("x", default);
        var waiting = _leases.EnterAsync("x", default);
        (await _leases.EnterAsync("y", default)).Dispose();
        Assert.False(waiting.IsCompleted);
        lease.Dispose();
        (await waiting).Dispose();
        Assert.Equal(0, _leases.Count);
    }

    [Fact]
    public async Task Lease_Unused_RunsOutAndBlocksNobody()
    {
        var lease = await _leases.LeaseAsync("x", default);
        var waiting = _leases.EnterAsync("x", default);
        _time.Advance(KeyLeases.HoldMax - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        Assert.True(lease.IsHeld);
        _time.Advance(TimeSpan.FromTicks(1));
        (await waiting).Dispose();
        Assert.False(lease.IsHeld);
        Assert.False(lease.TryBeginWrite());
        lease.Dispose();
        Assert.Equal(0, _leases.Count);
    }

    [Fact]
    public async Task Lease_WhileItsWriteIsUnderWay_DoesNotRunOut()
    {
        var lease = await _leases.LeaseAsync("x", default);
        Assert.True(lease.TryBeginWrite());
        var waiting = _leases.EnterAsync("x", default);
        _time.Advance(KeyLeases.HoldMax * 2);
        Assert.False(waiting.IsCompleted);
        lease.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Waiters_AreServedInOrder()
    {
        var first = await _leases.LeaseAsync("x", default);
        var second = _leases.LeaseAsync("x", default).AsTask();
        var writer = _leases.EnterAsync("x", default).AsTask();
        var third = _leases.LeaseAsync("x", default).AsTask();
        first.Dispose();
        var secondLease = await second;
        Assert.False(writer.IsCompleted);
        secondLease.Dispose();
        var pass = await writer;
        Assert.False(third.IsCompleted);
        pass.Dispose();
        (await third).Dispose();
        Assert.Equal(0, _leases.Count);
    }

    [Fact]
    public async Task Waiter_ThatIsCancelled_LetsTheNextOneThrough()
    {
        var pass = await _leases.EnterAsync("x", default);
        using var gone = new CancellationTokenSource();
        var lease = _leases.LeaseAsync("x", gone.Token).AsTask();
        var writer = _leases.EnterAsync("x", default).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lease);
        (await writer).Dispose();
        pass.Dispose();
        Assert.Equal(0, _leases.Count);
    }

    [Fact]
    public async Task Waiter_ThatWaitsTooLong_IsToldSo()
    {
        var lease = await _leases.LeaseAsync("x", default);
        Assert.True(lease.TryBeginWrite());
        var writer = _leases.EnterAsync("x", default).AsTask();
        _time.Advance(KeyLeases.WaitMax);
        await Assert.ThrowsAsync<KeyBusyException>(() => writer);
        lease.Dispose();
        Assert.Equal(0, _leases.Count);
    }

    [Fact]
    public async Task Waiters_OverTheBound_AreRefused()
    {
        var lease = await _leases.LeaseAsync("x", default);
        var writers = Enumerable.Range(0, KeyLeases.WaitersMax).Select(_ => _leases.EnterAsync("x", default).AsTask()).ToList();
        await Assert.ThrowsAsync<KeyBusyException>(async () => await _leases.EnterAsync("x", default));
        lease.Dispose();
        foreach (var pass in await Task.WhenAll(writers))
        {
            pass.Dispose();
        }

        Assert.Equal(0, _leases.Count);
    }

    [Fact]
    public async Task ManyLeaseHolders_ExcludeEachOtherAndWriters()
    {
        var leases = new KeyLeases(TimeProvider.System);
        var (inside, highest, leaseInside) = (0, 0, 0);
        var work = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                if (worker % 2 == 0)
                {
                    using var lease = await leases.LeaseAsync("x", default);
                    Assert.Equal(1, Interlocked.Increment(ref leaseInside));
                    Assert.Equal(0, Volatile.Read(ref inside));
                    await Task.Yield();
                    Interlocked.Decrement(ref leaseInside);
                }
                else
                {
                    var isIn = leases.TryEnter("x", out var isAtKey);
                    using var pass = isIn ? null : await leases.EnterAsync("x", default);
                    Interlocked.Increment(ref inside);
                    Assert.Equal(0, Volatile.Read(ref leaseInside));
                    highest = Math.Max(highest, inside);
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                    if (isIn)
                    {
                        leases.Leave("x", isAtKey);
                    }
                }
            }
        }));
        await Task.WhenAll(work);
        Assert.Equal(0, leases.Count);
    }

    /// <summary>Another key that falls to the same stripe: found out by a lease that has to wait for it.</summary>
    private string SameStripe(string key)
    {
        var leases = new KeyLeases(_time);
        for (var i = 0; ; i++)
        {
            Assert.True(leases.TryEnter($"{key}{i}", out var isAtKey));
            var lease = leases.LeaseAsync(key, default).AsTask();
            var meets = !lease.IsCompleted;
            leases.Leave($"{key}{i}", isAtKey);
            lease.GetAwaiter().GetResult().Dispose();
            if (meets)
            {
                return $"{key}{i}";
            }
        }
    }
}
