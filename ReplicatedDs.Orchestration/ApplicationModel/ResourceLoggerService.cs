using System.Collections.Concurrent;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What each resource wrote to its standard output and error; the last lines of it are kept.</summary>
public class ResourceLoggerService
{
    private readonly ConcurrentDictionary<string, LogBuffer> _buffers = new(StringComparer.Ordinal);

    internal ResourceLoggerService()
    {
    }

    /// <summary>The kept lines as the first batch, then new lines until the enumeration is cancelled.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => Buffer(resource.Name).WatchAsync();

    internal LogBuffer Buffer(string resourceName) => _buffers.GetOrAdd(resourceName, static _ => new LogBuffer());
}
