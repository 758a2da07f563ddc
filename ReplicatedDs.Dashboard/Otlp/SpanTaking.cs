using ReplicatedDs.Dashboard.Otlp.Store;
using ReplicatedDs.Dashboard.Otlp.Wire;

namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>Takes the spans of one request into the store and remembers what could not be taken, and why.</summary>
internal sealed class SpanTaking(TraceStore store)
{
    private readonly SortedDictionary<string, int> _reasons = new(StringComparer.Ordinal);

    public int Taken { get; private set; }

    public int Rejected { get; private set; }

    /// <summary>One sentence for the sender.</summary>
    public string Reasons => $"Not taken: {string.Join(", ", _reasons.Select(reason => $"{reason.Value} {reason.Key}"))}.";

    public void Take(ResourceSpans resource)
    {
        var service = SpanReader.ServiceName(resource.Resource);
        foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
        {
            if (SpanReader.TryRead(span, service, out var read, out var problem) && store.TryAdd(read, out problem))
            {
                Taken++;
                continue;
            }

            Rejected++;
            _reasons[problem!] = _reasons.GetValueOrDefault(problem!) + 1;
        }
    }
}
