namespace ReplicatedDs.Dashboard.Configuration;

/// <summary>
/// A dashboard that can be reached from other machines needs to know its visitors, and nobody on the way may read or change what they see.
/// It has to be told its names, so that no foreign name can be made to lead to it.
/// </summary>
internal static class DashboardExposureRule
{
    public const string AllowCleartext = "Security:AllowCleartext";

    /// <summary>Whether visitors may change things. Unless it is said they may on a loopback address, and may not beyond it.</summary>
    public const string Act = "Dashboard:Act";

    /// <exception cref="ConfigurationProblemException">It listens beyond loopback without what that takes; the message says what to set.</exception>
    public static void Check(IConfiguration configuration, DashboardListeners listeners, string? token)
    {
        if (listeners.IsHttps && (string.IsNullOrEmpty(configuration["Tls:CertificateFile"]) || string.IsNullOrEmpty(configuration["Tls:KeyFile"])))
        {
            throw new ConfigurationProblemException("URLS has an https address: set Tls:CertificateFile and Tls:KeyFile.");
        }

        if (!listeners.IsExposed)
        {
            return;
        }

        var urls = string.Join(", ", listeners.Urls);
        if (token is null)
        {
            throw new ConfigurationProblemException($"{urls} would let other machines in without asking who they are: set Dashboard:Token or Dashboard:TokenFile, or listen on 127.0.0.1.");
        }

        if (listeners.IsCleartext && !configuration.GetValue<bool>(AllowCleartext))
        {
            throw new ConfigurationProblemException(
                $"{urls} would send keys, values and the login over the network in clear text: use https addresses with Tls:CertificateFile and Tls:KeyFile, or set {AllowCleartext}=true where something else encrypts the network.");
        }

        if (listeners.Hosts.Count == 0)
        {
            throw new ConfigurationProblemException($"{urls} does not say under which name browsers ask for this dashboard: set {DashboardListeners.HostsSetting}, such as dashboard.example.org.");
        }
    }
}
