using System.Net;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Security;

/// <summary>
/// A replica that can be reached from other machines needs to know its callers, and nobody on the way may read or change what they say. Whoever
/// has that already (a mesh, a private network) says so.
/// </summary>
internal static class ExposureRule
{
    public const string AllowCleartext = "Security:AllowCleartext";

    /// <exception cref="ConfigurationException">It listens beyond loopback without what that takes; the message says what to set.</exception>
    public static void Check(IConfiguration configuration, ReplicaOptions options)
    {
        var exposed = Listeners(configuration, options).Where(listener => !listener.IsLoopback).Select(listener => listener.Name).ToList();
        var isHttps = options.Urls.Any(url => url.Scheme == "https");
        if (isHttps && options.Tls is null)
        {
            throw new ConfigurationException("URLS has an https address: set Tls:CertificateFile and Tls:KeyFile.");
        }

        if (exposed.Count == 0)
        {
            return;
        }

        var names = string.Join(", ", exposed);
        if (string.IsNullOrEmpty(configuration["Security:KeysFile"]))
        {
            throw new ConfigurationException($"{names} would let other machines in without asking who they are: set Security:KeysFile, or listen on 127.0.0.1.");
        }

        var isCleartext = options.Tls is null || options.Urls.Any(url => url.Scheme == "http" && !url.IsLoopback);
        if (isCleartext && configuration[AllowCleartext] is not ("true" or "True"))
        {
            throw new ConfigurationException(
                $"{names} would send keys and values over the network in clear text: set Tls:CertificateFile and Tls:KeyFile and use https addresses, "
                + $"or {AllowCleartext}=true where something else encrypts the network.");
        }
    }

    private static IEnumerable<(string Name, bool IsLoopback)> Listeners(IConfiguration configuration, ReplicaOptions options)
    {
        foreach (var url in options.Urls)
        {
            yield return ("URLS", url.IsLoopback);
        }

        foreach (var name in (string[])["Replication:Address", "Gateways:Resp:Address", "Gateways:Text:Address"])
        {
            yield return (name, IPAddress.IsLoopback(ListenAddress.Read(configuration, name)));
        }
    }
}
