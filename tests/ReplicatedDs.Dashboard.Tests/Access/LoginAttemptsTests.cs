using System.Net;
using ReplicatedDs.Dashboard.Access;

namespace ReplicatedDs.Dashboard.Tests.Access;

public sealed class LoginAttemptsTests
{
    private readonly ManualTime _time = new();
    private readonly LoginAttempts _attempts;

    public LoginAttemptsTests() => _attempts = new LoginAttempts(_time);

    [Fact]
    public void Address_FailsTooOften_IsLockedOutAloneAndForAWhile()
    {
        var guesser = IPAddress.Parse("192.0.2.1");
        Fail(guesser, LoginAttempts.AddressMax - 1);
        Assert.Null(_attempts.LockedFor(guesser));
        Fail(guesser, 1);
        Assert.Equal(LoginAttempts.Window, _attempts.LockedFor(guesser));
        Assert.Null(_attempts.LockedFor(IPAddress.Parse("192.0.2.2")));
        _time.Now += LoginAttempts.Window;
        Assert.Null(_attempts.LockedFor(guesser));
    }

    [Fact]
    public void ManyAddresses_FailTogether_EverybodyIsLockedOut()
    {
        for (var i = 0; i < LoginAttempts.TotalMax; i++)
        {
            Assert.Null(_attempts.LockedFor(IPAddress.Loopback));
            Fail(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 1);
        }

        Assert.NotNull(_attempts.LockedFor(IPAddress.Loopback));
    }

    [Fact]
    public void AddressesOfOneNetwork_CountAsOne()
    {
        for (var i = 0; i < LoginAttempts.AddressMax; i++)
        {
            Fail(IPAddress.Parse($"2001:db8::{i:x}"), 1);
        }

        Assert.NotNull(_attempts.LockedFor(IPAddress.Parse("2001:db8::ffff")));
        Assert.Null(_attempts.LockedFor(IPAddress.Parse("2001:db8:0:1::1")));
        Fail(IPAddress.Parse("192.0.2.9").MapToIPv6(), LoginAttempts.AddressMax);
        Assert.NotNull(_attempts.LockedFor(IPAddress.Parse("192.0.2.9")));
    }

    private void Fail(IPAddress address, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _attempts.Failed(address);
        }
    }
}
