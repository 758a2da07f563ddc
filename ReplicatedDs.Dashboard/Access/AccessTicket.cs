using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Access;

/// <summary>
/// The login secret and the cookie made from it. The cookie is a keyed hash of the secret, so it needs no memory: it stays good
/// when the dashboard restarts with the same secret, and ends with it.
/// </summary>
internal sealed class AccessTicket
{
    private readonly byte[]? _token;
    private readonly byte[] _cookie;

    public AccessTicket(DashboardOptions options)
    {
        _token = options.Token is { } token ? Encoding.UTF8.GetBytes(token) : null;
        _cookie = _token is null ? [] : Encoding.ASCII.GetBytes(Base64Url.EncodeToString(HMACSHA256.HashData(_token, "replicated-ds dashboard cookie 1"u8)));
    }

    /// <summary>No secret was set: everybody who reaches the address is let in.</summary>
    public bool IsOpen => _token is null;

    public string CookieValue => Encoding.ASCII.GetString(_cookie);

    /// <summary>Cookies do not tell ports apart, and several dashboards may run on one machine: the name does.</summary>
    public static string CookieName(HttpRequest request) => $"replicated-ds-{request.Host.Port ?? 80}";

    public bool AcceptsToken(string? text) => _token is not null && Same(text, _token);

    public bool AcceptsCookie(string? text) => IsOpen || Same(text, _cookie);

    // Hashing first makes the comparison's time independent of the length as well.
    private static bool Same(string? text, byte[] expected) =>
        text is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(text)), SHA256.HashData(expected));
}
