using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ReplicatedDs.ServiceDefaults.Access;

/// <summary>Where a caller is, as far as one can be told from another: of IPv4 the address, of IPv6 the /64, of which one machine has all addresses.</summary>
public readonly record struct SourceNetwork(ulong Bits, bool IsVersion6)
{
    /// <param name="address"><c>null</c>: not known, which is one place as well.</param>
    public static SourceNetwork Of(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes), false)
            : address.IsIPv4MappedToIPv6 ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), false)
            : new(BinaryPrimitives.ReadUInt64BigEndian(bytes), true);
    }
}
