using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Http;

/// <summary>What the HTTP API needs to know of the configuration.</summary>
public sealed record ApiOptions
{
    /// <summary>The largest value that may be configured: a peer has to take an update in one piece.</summary>
    public const int ValueBytesLimit = 4 << 20;

    /// <summary>The slot's name, <c>Replica:Name</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The shared secret: authorizes operators, and signs causal tokens; those of the one before are still taken.</summary>
    public required ClusterKeys ClusterKeys { get; init; }

    /// <summary>Whether faults and hand delivery are offered, <c>Replica:Lab</c>.</summary>
    public bool IsLab { get; init; }

    /// <summary><c>Replica:Durability</c>, for show.</summary>
    public string Durability { get; init; } = "fsync";

    /// <summary>The data folder, <c>Replica:Data</c>, for show.</summary>
    public string DataFolder { get; init; } = "";

    /// <summary>Host names that requests may name besides loopback ones: this replica's own in <c>Cluster:Members</c>, and <c>Security:Hosts</c>.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>The largest value in bytes, <c>Limits:ValueBytes</c>.</summary>
    /// <value>1 MiB by default.</value>
    public int ValueBytesMax { get; init; } = 1 << 20;

    /// <summary>Writes that may wait for the loop at once, <c>Limits:Writes</c>; more are answered 503.</summary>
    /// <value>4096 by default.</value>
    public int WritesMax { get; init; } = 4096;

    /// <summary>Readers of <c>/events</c> at once, <c>Limits:EventReaders</c>.</summary>
    /// <value>64 by default.</value>
    public int EventReadersMax { get; init; } = 64;

    /// <summary>What a causal token of this cluster says; false for anything else.</summary>
    public bool TryReadToken(string text, string clusterId, out VectorClock clock)
    {
        foreach (var key in ClusterKeys.All)
        {
            if (CausalToken.TryRead(text, key.Span, clusterId, out clock))
            {
                return true;
            }
        }

        clock = VectorClock.Empty;
        return false;
    }

    /// <summary>A causal token of this cluster.</summary>
    public string WriteToken(VectorClock clock, string clusterId) => CausalToken.Write(clock, ClusterKeys.All[0].Span, clusterId);

    /// <exception cref="ConfigurationException">A setting is missing or out of range; the message is one sentence.</exception>
    public static ApiOptions From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var name = configuration["Replica:Name"] ?? "replica";
        return new ApiOptions
        {
            Name = name,
            ClusterKeys = ClusterKeys.Read(configuration),
            IsLab = Flag(configuration, "Replica:Lab"),
            Durability = configuration["Replica:Durability"] ?? "fsync",
            DataFolder = configuration["Replica:Data"] ?? "",
            Hosts = [.. OwnHosts(configuration, name).Distinct(StringComparer.OrdinalIgnoreCase)],
            ValueBytesMax = Number(configuration, "Limits:ValueBytes", 1 << 20, 1, ValueBytesLimit),
            WritesMax = Number(configuration, "Limits:Writes", 4096, 1, 1 << 20),
            EventReadersMax = Number(configuration, "Limits:EventReaders", 64, 1, 4096),
        };
    }

    private static IEnumerable<string> OwnHosts(IConfiguration configuration, string name)
    {
        const StringSplitOptions Clean = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (var member in (configuration["Cluster:Members"] ?? "").Split(';', Clean))
        {
            if (member.Split('=', 2, Clean) is [var slot, var address] && slot == name && Uri.TryCreate(address, UriKind.Absolute, out var own))
            {
                yield return own.Host;
            }
        }

        foreach (var host in (configuration["Security:Hosts"] ?? "").Split(';', Clean))
        {
            yield return host;
        }
    }

    private static bool Flag(IConfiguration configuration, string key) => configuration[key] switch
    {
        null or "" => false,
        var text when bool.TryParse(text, out var flag) => flag,
        var text => throw new ConfigurationException($"{key} is '{text}'; it has to be true or false."),
    };

    private static int Number(IConfiguration configuration, string key, int byDefault, int least, int most) => configuration[key] switch
    {
        null or "" => byDefault,
        var text when int.TryParse(text, out var number) && number >= least && number <= most => number,
        var text => throw new ConfigurationException($"{key} is '{text}'; it has to be a number from {least} to {most}."),
    };
}
