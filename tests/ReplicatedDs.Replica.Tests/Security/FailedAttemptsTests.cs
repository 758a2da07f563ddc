using System.Net;
using ReplicatedDs.Replica.Tests.Http;
using ReplicatedDs.ServiceDefaults.Access;

namespace ReplicatedDs.Replica.Tests.Security;

public sealed class FailedAttemptsTests
{
    private const int SourceMax = 10;
    private const int TotalMax = 200;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly ManualTime _time = new();
    private readonly FailedAttempts _attempts;

    public FailedAttemptsTests() => _attempts = new FailedAttempts(_time, SourceMax, Window, TotalMax);

    [Fact]
    public void Address_FailsTooOften_IsLockedOutAloneAndForAWhile()
    {
        var guesser = IPAddress.Parse("192.0.2.1");
        Fail(guesser, SourceMax - 1);
        Assert.Null(_attempts.LockedFor(guesser));
        Fail(guesser, 1);
        Assert.Equal(Window, _attempts.LockedFor(guesser));
        Assert.Null(_attempts.LockedFor(IPAddress.Parse("192.0.2.2")));
        _time.Advance(Window / 2);
        Fail(guesser, 1); // what is refused does not make it longer
        Assert.Equal(Window / 2, _attempts.LockedFor(guesser));
        _time.Advance(Window / 2);
        Assert.Null(_attempts.LockedFor(guesser));
        Fail(guesser, SourceMax - 1);
        Assert.Null(_attempts.LockedFor(guesser));
    }

    [Fact]
    public void ManyAddresses_FailTogether_EverybodyIsLockedOutUntilTheFirstIsForgotten()
    {
        for (var i = 0; i < TotalMax; i++)
        {
            Assert.Null(_attempts.LockedFor(IPAddress.Loopback));
            Fail(Address(i), 1);
        }

        Assert.Equal(Window, _attempts.LockedFor(IPAddress.Loopback));
        _time.Advance(Window);
        Assert.Null(_attempts.LockedFor(IPAddress.Loopback));
    }

    [Fact]
    public void AddressesOfOneNetwork_CountAsOne()
    {
        for (var i = 0; i < SourceMax; i++)
        {
            Fail(IPAddress.Parse($"2001:db8::{i:x}"), 1);
        }

        Assert.NotNull(_attempts.LockedFor(IPAddress.Parse("2001:db8::ffff")));
        Assert.Null(_attempts.LockedFor(IPAddress.Parse("2001:db8:0:1::1")));
        Fail(IPAddress.Parse("192.0.2.9").MapToIPv6(), SourceMax);
        Assert.NotNull(_attempts.LockedFor(IPAddress.Parse("192.0.2.9")));
    }

    [Fact]
    public void MoreAddressesThanAreRemembered_TheOldestIsForgotten()
    {
        var attempts = new FailedAttempts(_time, 1, Window);
        for (var i = 0; i <= FailedAttempts.SourcesMax; i++)
        {
            attempts.Failed(Address(i));
        }

        Assert.Null(attempts.LockedFor(Address(0)));
        Assert.NotNull(attempts.LockedFor(Address(1)));
        Assert.NotNull(attempts.LockedFor(Address(FailedAttempts.SourcesMax)));
    }

    [Fact]
    public void Zero_LocksNobodyOut()
    {
        var attempts = new FailedAttempts(_time, 0, Window);
        for (var i = 0; i < 1000; i++)
        {
            attempts.Failed(IPAddress.Loopback);
        }

        Assert.Null(attempts.LockedFor(IPAddress.Loopback));
    }

    private static IPAddress Address(int number) => new([10, 0, (byte)(number >> 8), (byte)number]);

    private void Fail(IPAddress address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _attempts.Failed(address);
        }
    }
}
