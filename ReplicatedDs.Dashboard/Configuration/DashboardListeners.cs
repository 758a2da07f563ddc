using System.Net;

namespace ReplicatedDs.Dashboard.Configuration;

/// <summary>Where the dashboard listens, and under which names it may be asked for.</summary>
/// <param name="Urls">The addresses as they were given.</param>
/// <param name="IsExposed">Other machines can reach one of them.</param>
/// <param name="IsCleartext">One of those is not https.</param>
/// <param name="Hosts">Names beside loopback's own: those of the addresses and of <c>Dashboard:Hosts</c>.</param>
internal sealed record DashboardListeners(IReadOnlyList<string> Urls, bool IsExposed, bool IsCleartext, bool IsHttps, IReadOnlyList<string> Hosts)
{
    public const string HostsSetting = "Dashboard:Hosts";

    /// <summary>Other ways to say where to listen: none of them would be looked at by the rules for addresses.</summary>
    private static readonly string[] OtherWays = ["http_ports", "https_ports", "Kestrel:Endpoints"];

    /// <exception cref="ConfigurationProblemException">An address is none, or listeners are given in a way that the rules do not see.</exception>
    public static DashboardListeners Read(IConfiguration configuration)
    {
        if (OtherWays.FirstOrDefault(way => configuration.GetSection(way).Exists() && !(way.EndsWith("_ports", StringComparison.Ordinal) && HasUrls(configuration))) is { } other)
        {
            throw new ConfigurationProblemException($"{other} is set: say with URLS where to listen, such as http://127.0.0.1:7080.");
        }

        var urls = Split(configuration["urls"]);
        var addresses = urls.Select(Parse).ToList();
        var exposed = addresses.Where(address => !DashboardOptionsReader.IsLoopback(address.Host)).ToList();
        var hosts = exposed.Select(address => address.Host.Trim('[', ']')).Where(host => !IsWildcard(host)).Concat(Split(configuration[HostsSetting])).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return new DashboardListeners(urls, exposed.Count > 0, exposed.Exists(address => !IsHttpsAddress(address)), addresses.Exists(IsHttpsAddress), hosts);
    }

    private static bool HasUrls(IConfiguration configuration) => Split(configuration["urls"]).Count > 0;

    private static bool IsHttpsAddress(BindingAddress address) => address.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase);

    private static bool IsWildcard(string host) => host is "*" or "+" || (IPAddress.TryParse(host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));

    private static List<string> Split(string? text) => [.. (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static BindingAddress Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw new ConfigurationProblemException($"\"{url}\" is not an address to listen on, such as http://127.0.0.1:7080.");
        }
    }
}
