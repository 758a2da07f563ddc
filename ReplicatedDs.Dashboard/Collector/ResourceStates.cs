namespace ReplicatedDs.Dashboard.Collector;

/// <summary>The states of a resource, in the words of the control API (Aspire's known resource states).</summary>
internal static class ResourceStates
{
    public const string Stopping = "Stopping";

    /// <summary>A process is there, or on its way.</summary>
    public static bool IsBusy(string? state) => state is "Starting" or "Running" or "RuntimeUnhealthy" or "Waiting" or "Building" or Stopping;

    public static bool IsUp(string? state) => state is "Running" or "RuntimeUnhealthy";
}
