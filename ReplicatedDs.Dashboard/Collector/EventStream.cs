using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>A replica's event feed while it is open.</summary>
internal sealed class EventStream(HttpResponseMessage response, SseParser<EventView> parser) : IDisposable
{
    private long _told;

    /// <summary>
    /// The number of the last event that it is past, told or not asked for; 0: none yet. A number that came without an event may belong to one of which the rest is
    /// still on its way: it is not past that.
    /// </summary>
    public long Reached => long.TryParse(parser.LastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > _told ? n - 1 : _told;

    /// <summary>What it tells, until the connection ends.</summary>
    public async IAsyncEnumerable<EventView> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in parser.EnumerateAsync(cancellationToken))
        {
            _told = item.Data.N;
            yield return item.Data;
        }
    }

    public void Dispose() => response.Dispose();
}
