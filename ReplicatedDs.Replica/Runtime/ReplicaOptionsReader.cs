using System.Globalization;
using System.Net;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Replica.Ids;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Storage.Values;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>Reads <see cref="ReplicaOptions"/> from the configuration and refuses what makes no sense, with a sentence for the user.</summary>
public static class ReplicaOptionsReader
{
    /// <exception cref="ConfigurationException">A value is missing or wrong; the message says which and what is expected.</exception>
    public static ReplicaOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var data = Path.GetFullPath(Required(configuration, "Replica:Data"));
        var options = new ReplicaOptions
        {
            Name = Required(configuration, "Replica:Name"),
            Data = data,
            Found = Flag(configuration, "Replica:Found", false),
            Founder = configuration["Replica:Founder"] is { Length: > 0 } founder ? founder : null,
            TrustDisk = Flag(configuration, "Replica:TrustDisk", false),
            Lab = Flag(configuration, "Replica:Lab", false),
            Durability = Choice(configuration, "Replica:Durability", Durability.Fsync),
            ClusterKeys = ClusterKeys.Read(configuration),
            Tls = TlsIdentity.Read(configuration),
            PeerListen = ListenAddress.Read(configuration, "Replication:Address"),
            Members = Addresses(configuration, "Cluster:Members"),
            Peers = Addresses(configuration, "Cluster:Peers"),
            PeerPort = Port(configuration, "Replication:Port"),
            Urls = Urls(configuration),
            IdsFile = Path.GetFullPath(configuration["Ids:File"] is { Length: > 0 } file ? file : Path.Combine(data, "..", "ids.json")),
            Redis = Redis(configuration),
            LogBytesKept = Megabytes(configuration, "Log:KeepMegabytes", 64),
            LogBytesMax = Megabytes(configuration, "Log:MaxMegabytes", 1024),
            Values = ValuesOptionsReader.Read(configuration),
            Mutation = configuration["Lab:Mutation"] is { Length: > 0 } mutation ? mutation : null,
        };

        if (options.Founder is { } slot && (options.Found || !options.Peers.ContainsKey(slot)))
        {
            throw new ConfigurationException($"Replica:Founder is '{slot}': it has to be a name in Cluster:Peers, and Replica:Found must not be set beside it.");
        }

        if (options.LogBytesKept > options.LogBytesMax)
        {
            throw new ConfigurationException("Log:KeepMegabytes must not be larger than Log:MaxMegabytes.");
        }

        if (options.Values is not null && options.Durability != Durability.Fsync)
        {
            throw new ConfigurationException("Storage:Values=redis-cluster needs Replica:Durability=fsync: what Redis loses is written again from the log.");
        }

        if (options.Mutation is { } name && (!options.Lab || !Enum.TryParse<CoreMutation>(name, out _)))
        {
            throw new ConfigurationException("Lab:Mutation is a deliberate fault for tests: it needs Replica:Lab=true and a known name.");
        }

        ExposureRule.Check(configuration, options);
        return options;
    }

    private static string? Redis(IConfiguration configuration) => configuration.GetConnectionString("redis") switch
    {
        null or "" => null,
        var text when RedisIdAllocator.Objection(text) is { } reason => throw new ConfigurationException($"ConnectionStrings:redis cannot be read: {reason}."),
        var text => text,
    };

    private static string Required(IConfiguration configuration, string key) => configuration[key] is { Length: > 0 } value
        ? value
        : throw new ConfigurationException($"{key} is not set (environment variable {key.Replace(":", "__", StringComparison.Ordinal)}).");

    private static bool Flag(IConfiguration configuration, string key, bool otherwise) => configuration[key] switch
    {
        null or "" => otherwise,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => throw new ConfigurationException($"{key} must be true or false, not '{text}'."),
    };

    internal static long Megabytes(IConfiguration configuration, string key, int otherwise) => configuration[key] switch
    {
        null or "" => (long)otherwise << 20,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var megabytes) && megabytes is >= 1 and <= 1 << 20 => (long)megabytes << 20,
        var text => throw new ConfigurationException($"{key} must be a number of megabytes from 1 to {1 << 20}, not '{text}'."),
    };

    private static Durability Choice(IConfiguration configuration, string key, Durability otherwise) => configuration[key] switch
    {
        null or "" => otherwise,
        var text when Enum.TryParse<Durability>(text, ignoreCase: true, out var choice) && Enum.IsDefined(choice) => choice,
        var text => throw new ConfigurationException($"{key} must be fsync, os or memory, not '{text}'."),
    };

    private static int Port(IConfiguration configuration, string key)
    {
        var text = Required(configuration, key);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port
            : throw new ConfigurationException($"{key} must be a port from 1 to 65535, not '{text}'.");
    }

    private static Dictionary<string, Uri> Addresses(IConfiguration configuration, string key)
    {
        var addresses = new Dictionary<string, Uri>(StringComparer.Ordinal);
        foreach (var pair in (configuration[key] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !Uri.TryCreate(pair[(equals + 1)..], UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw new ConfigurationException($"{key} must read name=http://host:port;name=..., but has '{pair}'.");
            }

            addresses[pair[..equals]] = address;
        }

        return addresses;
    }

    private static List<Uri> Urls(IConfiguration configuration)
    {
        var urls = new List<Uri>();
        foreach (var text in Required(configuration, "URLS").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || !(url.IsLoopback || IPAddress.TryParse(url.Host.Trim('[', ']'), out _)))
            {
                throw new ConfigurationException($"URLS must be addresses such as http://127.0.0.1:7101 or https://0.0.0.0:7101, not '{text}'.");
            }

            urls.Add(url);
        }

        return urls;
    }
}
