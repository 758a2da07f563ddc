using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aspire.Hosting.Engine;

/// <summary>The last lines of one resource. A watcher that lags a whole buffer behind loses the oldest lines, the resource never waits.</summary>
internal sealed class LogBuffer
{
    internal const int Capacity = 2000;

    private readonly Queue<LogLine> _lines = [];
    private readonly List<Channel<LogLine>> _watchers = [];
    private readonly Lock _lock = new();
    private int _count;

    public void Add(string text, bool isError)
    {
        lock (_lock)
        {
            var line = new LogLine(++_count, text, isError);
            if (_lines.Count == Capacity)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(line);
            }
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });
        LogLine[] kept;
        lock (_lock)
        {
            kept = [.. _lines];
            _watchers.Add(channel);
        }

        try
        {
            if (kept.Length > 0)
            {
                yield return kept;
            }

            while (await channel.Reader.WaitToReadAsync(cancellationToken))
            {
                var batch = new List<LogLine>();
                while (channel.Reader.TryRead(out var line))
                {
                    batch.Add(line);
                }

                yield return batch;
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
}
