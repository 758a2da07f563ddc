using System.Globalization;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Storage.Redis;

namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>Reads <see cref="ValuesOptions"/> from the configuration and refuses what makes no sense, with a sentence for the user.</summary>
internal static class ValuesOptionsReader
{
    /// <summary><c>null</c>: values are in memory.</summary>
    /// <exception cref="ConfigurationException">A value is missing or wrong; the message says which and what is expected.</exception>
    public static ValuesOptions? Read(IConfiguration configuration) => configuration["Storage:Values"] switch
    {
        null or "" or "memory" when configuration["Storage:RedisCluster"] is { Length: > 0 } => throw new ConfigurationException(
            "Storage:RedisCluster is set, but Storage:Values is memory: set it to redis-cluster, or leave the other out."),
        null or "" or "memory" => null,
        "redis-cluster" => new ValuesOptions
        {
            Servers = Servers(configuration["Storage:RedisCluster"]),
            User = configuration["Storage:RedisUser"] is { Length: > 0 } user ? user : null,
            Password = Password(configuration),
            InlineBytes = Inline(configuration["Storage:InlineBytes"]),
            UnconfirmedBytesMax = ReplicaOptionsReader.Megabytes(configuration, "Storage:UnconfirmedMegabytes", 1024),
            CacheBytes = ReplicaOptionsReader.Megabytes(configuration, "Storage:CacheMegabytes", 64),
        },
        var text => throw new ConfigurationException($"Storage:Values must be memory or redis-cluster, not '{text}'."),
    };

    private static List<RedisEndpoint> Servers(string? text)
    {
        var servers = new List<RedisEndpoint>();
        foreach (var one in (text ?? "").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            servers.Add(RedisEndpoint.TryParse(one, out var server)
                ? server
                : throw new ConfigurationException($"Storage:RedisCluster must read host:port,host:port, but has '{one}'."));
        }

        return servers.Count > 0
            ? servers
            : throw new ConfigurationException("Storage:Values=redis-cluster needs Storage:RedisCluster: host:port of some servers of the cluster.");
    }

    private static string? Password(IConfiguration configuration)
    {
        if (configuration["Storage:RedisPassword"] is { Length: > 0 } password)
        {
            return password;
        }

        if (configuration["Storage:RedisPasswordFile"] is not { Length: > 0 } file)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"Storage:RedisPasswordFile cannot be read: {exception.Message}", exception);
        }
    }

    private static int Inline(string? text) => text switch
    {
        null or "" => new ValuesOptions { Servers = [] }.InlineBytes,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes is >= KeyVersion.IntegerBytesMax and <= 1 << 20 => bytes,
        _ => throw new ConfigurationException($"Storage:InlineBytes must be a number of bytes from {KeyVersion.IntegerBytesMax} to {1 << 20}, not '{text}'."),
    };
}
