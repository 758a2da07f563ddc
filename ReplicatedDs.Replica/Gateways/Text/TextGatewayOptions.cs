using System.Globalization;
using System.Net;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Gateways.Text;

/// <summary>The text gateway's port and bounds.</summary>
public sealed record TextGatewayOptions
{
    /// <summary>The port, <c>Gateways:Text:Port</c>; 0 picks a free one.</summary>
    public required int Port { get; init; }

    /// <summary>Where it listens, <c>Gateways:Text:Address</c>.</summary>
    /// <value>127.0.0.1 by default.</value>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Connections at once, <c>Gateways:Text:Connections</c>; more are closed when they arrive.</summary>
    /// <value>256 by default.</value>
    public int ConnectionsMax { get; init; } = 256;

    /// <summary>How long a connection may say nothing; one that has to show a key and has not: <see cref="ApiOptions.SlowMax"/>.</summary>
    public TimeSpan IdleMax { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The options; <c>null</c> when no port is configured: the gateway is off then.</summary>
    /// <exception cref="ConfigurationException">The port is no port, or a bound out of range.</exception>
    public static TextGatewayOptions? From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration["Gateways:Text:Port"] switch
        {
            null or "" => null,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 =>
                new TextGatewayOptions
                {
                    Port = port,
                    Address = ListenAddress.Read(configuration, "Gateways:Text:Address"),
                    ConnectionsMax = ApiOptions.Number(configuration, "Gateways:Text:Connections", 256, 1, 1 << 20),
                },
            var text => throw new ConfigurationException($"Gateways:Text:Port must be a port from 0 to 65535, not '{text}'."),
        };
    }
}
