using System.Text;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Security;

/// <summary>
/// The secret that the replicas of a cluster share. While it is changed there are two: every replica takes both, and presents and signs with the
/// first. (Start each replica with the new one as the previous key; then each with the new one as the key and the old one as the previous; then
/// without the old one.)
/// </summary>
/// <param name="Current">Presented to peers; signs causal tokens.</param>
/// <param name="Previous">Also taken; <c>null</c> when nothing is being changed.</param>
public sealed record ClusterKeys(string Current, string? Previous)
{
    public const int LengthMin = 16;

    /// <summary>Both in bytes, the current one first.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> All { get; } =
        [.. new[] { Current, Previous }.Where(key => key is not null).Select(key => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(key!))];

    /// <summary>Reads <c>Cluster:Key</c> and <c>Cluster:PreviousKey</c>, or the files that <c>Cluster:KeyFile</c> and <c>Cluster:PreviousKeyFile</c> name.</summary>
    /// <exception cref="ConfigurationException">The key is missing, or one of them is too short.</exception>
    public static ClusterKeys Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var current = Secret(configuration, "Cluster:Key")
            ?? throw new ConfigurationException("Cluster:Key is not set (environment variable Cluster__Key, or Cluster__KeyFile for a file that holds it).");
        return new ClusterKeys(current, Secret(configuration, "Cluster:PreviousKey"));
    }

    private static string? Secret(IConfiguration configuration, string name)
    {
        var text = configuration[name];
        if (string.IsNullOrEmpty(text) && configuration[$"{name}File"] is { Length: > 0 } file)
        {
            try
            {
                text = File.ReadAllText(file).Trim();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new ConfigurationException($"{name}File cannot be read: {exception.Message}", exception);
            }
        }

        return text switch
        {
            null or "" => null,
            { Length: < LengthMin } => throw new ConfigurationException($"{name} is shorter than {LengthMin} characters; every replica of a cluster needs the same secret."),
            _ => text,
        };
    }
}
