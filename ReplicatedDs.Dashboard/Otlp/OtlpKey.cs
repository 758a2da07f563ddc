using System.Security.Cryptography;
using System.Text;
using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>Who may send telemetry: whoever has the key of <c>Dashboard:OtlpKey</c>, which the AppHost gives to the replicas.</summary>
internal sealed class OtlpKey(DashboardOptions options)
{
    /// <summary>The header that carries it; other Aspire dashboards use the same.</summary>
    public const string Header = "x-otlp-api-key";

    private readonly byte[]? _digest = options.OtlpKey is { } key ? Digest(key) : null;

    /// <summary>Nobody may: there is no key, and the dashboard is not open.</summary>
    public bool IsOff => _digest is null && options.Token is not null;

    public bool Accepts(string? given) => !IsOff && (_digest is null || (given is not null && CryptographicOperations.FixedTimeEquals(Digest(given), _digest)));

    // Digests have one length, so the comparison takes the same time whatever was sent.
    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
