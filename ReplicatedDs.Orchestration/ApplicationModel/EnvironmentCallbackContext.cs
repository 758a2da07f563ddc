namespace Aspire.Hosting.ApplicationModel;

public class EnvironmentCallbackContext(Dictionary<string, object> environmentVariables)
{
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables;
}
