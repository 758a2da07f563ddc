using System.Net;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Security;

/// <summary>Where a listener listens.</summary>
internal static class ListenAddress
{
    /// <summary>The IP address that the setting names; loopback without one.</summary>
    /// <exception cref="ConfigurationException">It is none.</exception>
    public static IPAddress Read(IConfiguration configuration, string name) => configuration[name] switch
    {
        null or "" => IPAddress.Loopback,
        var text when IPAddress.TryParse(text, out var address) => address,
        var text => throw new ConfigurationException($"{name} must be an IP address such as 127.0.0.1 or 0.0.0.0, not '{text}'."),
    };
}
