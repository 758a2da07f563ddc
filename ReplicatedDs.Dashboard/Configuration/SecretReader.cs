namespace ReplicatedDs.Dashboard.Configuration;

/// <summary>Reads a secret from its setting, which the environment may hold, or from the file that <c>…File</c> names.</summary>
internal static class SecretReader
{
    /// <exception cref="ConfigurationProblemException">Both are set, or the file cannot be read. The message never quotes the secret.</exception>
    public static string? Read(IConfiguration configuration, string setting)
    {
        var (text, file) = (configuration[setting], configuration[setting + "File"]);
        if (string.IsNullOrWhiteSpace(file))
        {
            return string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        }

        if (!string.IsNullOrWhiteSpace(text))
        {
            throw new ConfigurationProblemException($"{setting} and {setting}File are both set: leave one of them out.");
        }

        try
        {
            var secret = File.ReadAllText(file).Trim();
            return secret.Length > 0 ? secret : throw new ConfigurationProblemException($"{setting}File names {file}, which is empty.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationProblemException($"{setting}File cannot be read: {exception.Message}");
        }
    }
}
