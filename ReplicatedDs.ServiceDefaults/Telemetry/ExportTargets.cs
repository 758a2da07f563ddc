using Microsoft.Extensions.Configuration;

namespace ReplicatedDs.ServiceDefaults.Telemetry;

/// <summary>Where telemetry goes.</summary>
/// <param name="HasStandard">Whether <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; the exporter reads it and its companions itself.</param>
/// <param name="Dashboard">The base address of the dashboard's receiver (http/protobuf), if any.</param>
/// <param name="DashboardKey">What that receiver wants to see before it takes anything, if it wants that.</param>
internal sealed record ExportTargets(bool HasStandard, Uri? Dashboard, string? DashboardKey = null)
{
    public bool IsEmpty => !HasStandard && Dashboard is null;

    /// <summary>Reads the settings. A wrong address costs its telemetry, with a line that says so, not the process.</summary>
    public static ExportTargets From(IConfiguration configuration)
    {
        var standard = Address(configuration, "OTEL_EXPORTER_OTLP_ENDPOINT");
        var key = configuration["Dashboard:OtlpKey"];
        return new ExportTargets(standard is not null, Address(configuration, "Dashboard:Otlp"), string.IsNullOrWhiteSpace(key) ? null : key.Trim());
    }

    private static Uri? Address(IConfiguration configuration, string key)
    {
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https"))
        {
            return address;
        }

        // Before there is a logger: telemetry is set up first of all.
        Console.Error.WriteLine($"{key} is '{text}', not an address such as http://127.0.0.1:4318: no telemetry is sent there.");
        return null;
    }
}
