using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Collector;

/// <summary>A replica's event feed while it is open.</summary>
internal sealed class EventStream(HttpResponseMessage response, SseParser<EventView> parser) : IDisposable
{
    /// <summary>The number of the last event that it is past, told or not asked for; 0: none yet.</summary>
    public long Reached => long.TryParse(parser.LastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;

    /// <summary>What it tells, until the connection ends.</summary>
    public async IAsyncEnumerable<EventView> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in parser.EnumerateAsync(cancellationToken))
        {
            yield return item.Data;
        }
    }

    public void Dispose() => response.Dispose();
}
