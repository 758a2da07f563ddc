using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The current state of every resource, and its changes. Safe from any thread.</summary>
public class ResourceNotificationService
{
    private readonly ConcurrentDictionary<string, ResourceEvent> _current = new(StringComparer.Ordinal);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly Lock _lock = new();

    internal ResourceNotificationService()
    {
    }

    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent) =>
        _current.TryGetValue(resourceId, out resourceEvent);

    /// <summary>The last state of each resource, then every change. A watcher that lags 4,096 changes behind loses the oldest.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateBounded<ResourceEvent>(new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
        {
            foreach (var state in _current.Values)
            {
                channel.Writer.TryWrite(state);
            }

            _watchers.Add(channel);
        }

        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(channel);
            }
        }
    }

    /// <exception cref="DistributedApplicationException">The resource ended or failed, and <paramref name="waitBehavior"/> says not to wait for its next start.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        await foreach (var change in WatchAsync(cancellationToken))
        {
            if (change.ResourceId != resourceName || change.Snapshot.State is not { } state)
            {
                continue;
            }

            if (state.Text == KnownResourceStates.Running && change.Snapshot.HealthStatus == HealthStatus.Healthy)
            {
                return change;
            }

            if (waitBehavior == WaitBehavior.StopOnResourceUnavailable && KnownResourceStates.TerminalStates.Contains(state.Text))
            {
                var how = change.Snapshot.ExitCode is { } code ? $" with exit code {code}" : "";
                throw new DistributedApplicationException($"{resourceName} ended{how} before it was ready.");
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    internal void Publish(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        lock (_lock)
        {
            var before = _current.TryGetValue(resource.Name, out var last) ? last.Snapshot : new CustomResourceSnapshot { Properties = [] };
            var after = change(before);
            if (after == before && last is not null)
            {
                return;
            }

            var next = new ResourceEvent(resource, resource.Name, after);
            _current[resource.Name] = next;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(next);
            }
        }
    }
}
