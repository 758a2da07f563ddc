namespace ReplicatedDs.Dashboard.Configuration;

/// <summary>The configuration cannot be used; the message is one sentence for the person who started the dashboard.</summary>
public sealed class ConfigurationProblemException(string message) : Exception(message);
