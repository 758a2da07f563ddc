using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The current state of every resource, and its changes. Safe from any thread.</summary>
public class ResourceNotificationService
{
    private readonly ConcurrentDictionary<string, ResourceEvent> _current = new(StringComparer.Ordinal);
    private readonly Broadcast<ResourceEvent> _watchers = new(capacity: 4096);

    internal ResourceNotificationService()
    {
    }

    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent) =>
        _current.TryGetValue(resourceId, out resourceEvent);

    /// <summary>The last state of each resource, then every change.</summary>
    public IAsyncEnumerable<ResourceEvent> WatchAsync(CancellationToken cancellationToken = default) =>
        _watchers.WatchAsync(() => _current.Values, cancellationToken);

    /// <exception cref="DistributedApplicationException">The resource ended or failed, and <paramref name="waitBehavior"/> says not to wait for its next start.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        await foreach (var change in WatchAsync(cancellationToken))
        {
            var state = change.ResourceId == resourceName ? change.Snapshot.State?.Text : null;
            if (state == KnownResourceStates.Running && change.Snapshot.HealthStatus == HealthStatus.Healthy)
            {
                return change;
            }

            if (waitBehavior == WaitBehavior.StopOnResourceUnavailable && KnownResourceStates.TerminalStates.Contains(state))
            {
                var how = change.Snapshot.ExitCode is { } code ? $" with exit code {code}" : "";
                throw new DistributedApplicationException($"{resourceName} ended{how} before it was ready.");
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    internal void Publish(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        lock (_watchers.Gate)
        {
            var before = TryGetCurrentState(resource.Name, out var last) ? last.Snapshot : new CustomResourceSnapshot { Properties = [] };
            var after = change(before);
            if (after != before)
            {
                var next = _current[resource.Name] = new ResourceEvent(resource, resource.Name, after);
                _watchers.Send(next);
            }
        }
    }
}
