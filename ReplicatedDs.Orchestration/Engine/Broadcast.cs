using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aspire.Hosting.Engine;

/// <summary>Hands items to any number of watchers. One that lags <paramref name="capacity"/> items behind loses the oldest; the sender never waits.</summary>
internal sealed class Broadcast<T>(int capacity)
{
    private readonly List<Channel<T>> _watchers = [];

    /// <value>Held by who changes what is broadcast, so that a new watcher misses nothing and gets nothing twice.</value>
    public Lock Gate { get; } = new();

    /// <summary>The caller holds <see cref="Gate"/>.</summary>
    public void Send(T item) => _watchers.ForEach(watcher => watcher.Writer.TryWrite(item));

    /// <summary>First what <paramref name="soFar"/> says, then everything sent from then on, until cancelled.</summary>
    public async IAsyncEnumerable<T> WatchAsync(Func<IEnumerable<T>> soFar, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateBounded<T>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (Gate)
        {
            _ = soFar().All(channel.Writer.TryWrite);
            _watchers.Add(channel);
        }

        try
        {
            await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return item;
            }
        }
        finally
        {
            lock (Gate)
            {
                _watchers.Remove(channel);
            }
        }
    }
}
