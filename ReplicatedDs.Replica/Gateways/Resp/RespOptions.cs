using System.Globalization;
using System.Net;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>The RESP gateway's port and bounds.</summary>
public sealed record RespOptions
{
    /// <summary>The port, <c>Gateways:Resp:Port</c>; 0 picks a free one.</summary>
    public required int Port { get; init; }

    /// <summary>Where it listens, <c>Gateways:Resp:Address</c>.</summary>
    /// <value>127.0.0.1 by default.</value>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Connections at once, <c>Gateways:Resp:Connections</c>; more are told so and closed.</summary>
    /// <value>16,384 by default.</value>
    public int ConnectionsMax { get; init; } = 16_384;

    /// <summary>The options; <c>null</c> when no port is configured: the gateway is off then.</summary>
    /// <exception cref="ConfigurationException">The port is no port, or a bound out of range.</exception>
    public static RespOptions? From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration["Gateways:Resp:Port"] switch
        {
            null or "" => null,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 =>
                new RespOptions
                {
                    Port = port,
                    Address = ListenAddress.Read(configuration, "Gateways:Resp:Address"),
                    ConnectionsMax = ApiOptions.Number(configuration, "Gateways:Resp:Connections", 16_384, 1, 1 << 20),
                },
            var text => throw new ConfigurationException($"Gateways:Resp:Port must be a port from 0 to 65535, not '{text}'."),
        };
    }
}
