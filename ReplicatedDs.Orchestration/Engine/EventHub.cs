using System.Collections.Concurrent;

namespace Aspire.Hosting.Engine;

internal sealed class EventHub : IDistributedApplicationEventing
{
    private readonly ConcurrentQueue<(Type Event, DistributedApplicationEventSubscription Subscription)> _subscriptions = [];

    public DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationEvent
    {
        var subscription = new DistributedApplicationEventSubscription((happened, token) => callback((T)happened, token));
        _subscriptions.Enqueue((typeof(T), subscription));
        return subscription;
    }

    /// <summary>Calls the subscribers one after another, in the order of their subscription.</summary>
    public async Task PublishAsync(IDistributedApplicationEvent happened, CancellationToken cancellationToken)
    {
        foreach (var (type, subscription) in _subscriptions)
        {
            if (type == happened.GetType())
            {
                await subscription.Callback(happened, cancellationToken);
            }
        }
    }
}
