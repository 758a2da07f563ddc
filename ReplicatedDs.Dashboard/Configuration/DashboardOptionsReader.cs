using System.Net;

namespace ReplicatedDs.Dashboard.Configuration;

/// <summary>Reads and checks <see cref="DashboardOptions"/> from .NET configuration.</summary>
internal static class DashboardOptionsReader
{
    private const int TokenLengthMin = 16;

    /// <exception cref="ConfigurationProblemException">A setting is missing or cannot be used.</exception>
    public static DashboardOptions Read(IConfiguration configuration, bool isDevelopment)
    {
        var listeners = DashboardListeners.Read(configuration);
        var token = ReadToken(configuration, isDevelopment);
        DashboardExposureRule.Check(configuration, listeners, token);
        return new DashboardOptions(
            token,
            ReadSlots(configuration["Cluster:Members"]),
            NullIfEmpty(configuration["Cluster:Key"]),
            ReadAddress(configuration["Control:Url"], "Control:Url"),
            NullIfEmpty(configuration["Control:Token"]))
        {
            OtlpKey = NullIfEmpty(configuration["Dashboard:OtlpKey"]),
            AccessKey = SecretReader.Read(configuration, "Dashboard:AccessKey"),
            Hosts = listeners.Hosts,
            ActRefusal = ReadFlag(configuration, DashboardExposureRule.Act) switch
            {
                true => null,
                false => $"This dashboard only observes: it was started with {DashboardExposureRule.Act}=false.",
                null when listeners.IsExposed => $"This dashboard only observes: other machines can reach it, and it was started without {DashboardExposureRule.Act}=true.",
                null => null,
            },
        };
    }

    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static string? ReadToken(IConfiguration configuration, bool isDevelopment)
    {
        if (SecretReader.Read(configuration, "Dashboard:Token") is { } token)
        {
            return token.Length >= TokenLengthMin
                ? token
                : throw new ConfigurationProblemException($"Dashboard:Token is too short to be a secret: it needs at least {TokenLengthMin} characters.");
        }

        return isDevelopment && configuration.GetValue<bool>("Dashboard:Open")
            ? null
            : throw new ConfigurationProblemException(
                "Dashboard:Token is not set, so nobody could be kept out: set it to a secret of at least 16 characters, or Dashboard:TokenFile to a file that holds one"
                + " (or, while developing on this machine, start with --environment Development --Dashboard:Open true).");
    }

    private static List<ReplicaSlot> ReadSlots(string? members)
    {
        var slots = new List<ReplicaSlot>();
        foreach (var entry in (members ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = entry.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2 || parts[0].Length == 0 || ReadAddress(parts[1], "Cluster:Members") is not { } address)
            {
                throw new ConfigurationProblemException($"Cluster:Members must read name=http://address;name=…, but has \"{entry}\".");
            }

            if (slots.Any(slot => slot.Name == parts[0]))
            {
                throw new ConfigurationProblemException($"Cluster:Members names {parts[0]} twice.");
            }

            slots.Add(new ReplicaSlot(parts[0], address));
        }

        return slots.Count > 0
            ? slots
            : throw new ConfigurationProblemException("Cluster:Members is not set: the dashboard needs replica-1=http://address;replica-2=… to know whom to ask.");
    }

    private static Uri? ReadAddress(string? text, string setting)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new ConfigurationProblemException($"{setting} holds \"{text}\", which is not an http address.");
    }

    private static bool? ReadFlag(IConfiguration configuration, string setting) => configuration[setting] switch
    {
        null or "" => null,
        { } text when bool.TryParse(text, out var flag) => flag,
        { } text => throw new ConfigurationProblemException($"{setting} is \"{text}\", but has to be true or false."),
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
