using System.Globalization;

namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>Where a Redis server listens.</summary>
internal sealed record RedisEndpoint(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>, an IPv6 address in brackets or, as Redis writes it, without.</summary>
    public static bool TryParse(string text, out RedisEndpoint endpoint)
    {
        var colon = text.LastIndexOf(':');
        endpoint = new RedisEndpoint("", 0);
        if (colon < 1 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            return false;
        }

        endpoint = new RedisEndpoint(text[..colon].Trim('[', ']'), port);
        return endpoint.Host.Length > 0;
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
