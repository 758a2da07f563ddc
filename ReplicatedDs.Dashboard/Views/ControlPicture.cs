namespace ReplicatedDs.Dashboard.Views;

/// <summary>The AppHost's control API, by which replicas are started, stopped, killed and joined.</summary>
/// <param name="IsConfigured">The dashboard was told where it is.</param>
/// <param name="IsReachable">It answered last time.</param>
/// <param name="LostSince">Since when it does not answer.</param>
public sealed record ControlPicture(bool IsConfigured, bool IsReachable, DateTimeOffset? LostSince, string? Failure)
{
    /// <summary>Why nothing may be changed from here, in a sentence: the dashboard only observes. <c>null</c>: it may.</summary>
    public string? ActRefusal { get; init; }
}
