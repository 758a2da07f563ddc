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

    /// <summary>Connections at once to the client API, and as many to the peer port, <c>Limits:Connections</c>; more are closed when they arrive.</summary>
    /// <value>4096 by default.</value>
    public int ConnectionsMax { get; init; } = 4096;

    /// <summary>
    /// How long a caller may be slow, <c>Limits:SlowSeconds</c>: from the first byte of a frame or command to its last, until its answer is taken, until
    /// it shows a key where one is needed. Over HTTP at most 15 s for a head, and bodies and answers have to make <see cref="BytesPerSecondMin"/>.
    /// </summary>
    /// <value>30 seconds by default.</value>
    public TimeSpan SlowMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How fast bodies have to come over HTTP, and answers to be taken, on the average: 256 KiB in <see cref="SlowMax"/>.</summary>
    public double BytesPerSecondMin => (256 << 10) / SlowMax.TotalSeconds;

    /// <summary>Wrong keys from one address before it has to wait, <c>Limits:WrongKeys</c>; 0: it never has to.</summary>
    /// <value>10 by default.</value>
    public int WrongKeysMax { get; init; } = 10;

    /// <summary>For how long, counted from the first of them, <c>Limits:WrongKeysSeconds</c>.</summary>
    /// <value>A minute by default.</value>
    public TimeSpan WrongKeysWindow { get; init; } = TimeSpan.FromMinutes(1);

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
            ConnectionsMax = Number(configuration, "Limits:Connections", 4096, 1, 1 << 20),
            SlowMax = TimeSpan.FromSeconds(Number(configuration, "Limits:SlowSeconds", 30, 2, 3600)),
            WrongKeysMax = Number(configuration, "Limits:WrongKeys", 10, 0, 1 << 20),
            WrongKeysWindow = TimeSpan.FromSeconds(Number(configuration, "Limits:WrongKeysSeconds", 60, 1, 86_400)),
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

    /// <exception cref="ConfigurationException">It is no number from <paramref name="least"/> to <paramref name="most"/>.</exception>
    internal static int Number(IConfiguration configuration, string key, int byDefault, int least, int most) => configuration[key] switch
    {
        null or "" => byDefault,
        var text when int.TryParse(text, out var number) && number >= least && number <= most => number,
        var text => throw new ConfigurationException($"{key} is '{text}'; it has to be a number from {least} to {most}."),
    };
}
