using System.Net;
using System.Net.Sockets;

namespace ReplicatedDs.Dashboard.Access;

/// <summary>
/// Counts failed logins and locks out who guesses: an address after ten, everybody after two hundred, until five minutes are over. It
/// remembers a bounded number of addresses; whoever is signed in stays so. All members may be called from any thread.
/// </summary>
internal sealed class LoginAttempts(TimeProvider time)
{
    public const int AddressMax = 10;
    public const int TotalMax = 200;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _failures = [];
    private DateTimeOffset _end;
    private int _total;

    /// <summary>How long the address has to wait before it may try again; <c>null</c>: it may now.</summary>
    public TimeSpan? LockedFor(IPAddress? address)
    {
        lock (_lock)
        {
            Turn();
            return _total >= TotalMax || _failures.GetValueOrDefault(Key(address)) >= AddressMax ? _end - time.GetUtcNow() : null;
        }
    }

    public void Failed(IPAddress? address)
    {
        lock (_lock)
        {
            Turn();
            if (_total == 0)
            {
                _end = time.GetUtcNow() + Window;
            }

            // There are no more addresses than failures, and no more failures than the total allows.
            _total++;
            _failures[Key(address)] = _failures.GetValueOrDefault(Key(address)) + 1;
        }
    }

    private void Turn()
    {
        if (_total > 0 && time.GetUtcNow() >= _end)
        {
            _total = 0;
            _failures.Clear();
        }
    }

    /// <summary>Of IPv6 the network: one machine has as many addresses as it likes.</summary>
    private static IPAddress Key(IPAddress? address)
    {
        if (address is null)
        {
            return IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
