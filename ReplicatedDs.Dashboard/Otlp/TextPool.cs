using System.Collections.Concurrent;

namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>One instance of each of the few names that all spans share. When it is full, others are kept as they come.</summary>
internal sealed class TextPool
{
    private const int Max = 2_048;

    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);

    public string Share(string text) =>
        _texts.TryGetValue(text, out var known) ? known : _texts.Count < Max ? _texts.GetOrAdd(text, text) : text;
}
