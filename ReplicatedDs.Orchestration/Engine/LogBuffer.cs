namespace Aspire.Hosting.Engine;

/// <summary>The last lines of one resource.</summary>
internal sealed class LogBuffer
{
    internal const int Capacity = 2000;

    private readonly Queue<LogLine> _lines = [];
    private readonly Broadcast<IReadOnlyList<LogLine>> _watchers = new(Capacity);
    private int _count;

    public void Add(string text, bool isError)
    {
        lock (_watchers.Gate)
        {
            if (_lines.Count == Capacity)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(new LogLine(++_count, text, isError));
            _watchers.Send([new LogLine(_count, text, isError)]);
        }
    }

    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync() => _watchers.WatchAsync(() => [[.. _lines]]);
}
