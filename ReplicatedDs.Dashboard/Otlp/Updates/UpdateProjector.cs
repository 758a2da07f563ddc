using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Dashboard.Otlp.Store;

namespace ReplicatedDs.Dashboard.Otlp.Updates;

/// <summary>Reads the updates out of a trace's spans. Spans come in any order, twice or not at all: what is there is shown.</summary>
internal static class UpdateProjector
{
    private const int MissingMax = 64;
    private const int MembersMax = 256;
    private const long NanosecondsPerMs = 1_000_000;

    public static ImmutableArray<UpdateTrace> Project(string traceId, IReadOnlyList<StoredSpan> spans)
    {
        var waits = spans.Where(span => span.Name == UpdateTags.WaitSpan && span.ParentId is not null).ToLookup(span => span.ParentId!);
        return
        [
            .. from span in spans
               let dot = DotOf(span)
               where dot is not null
               group span by dot.Value into update
               let projected = Project(traceId, update.Key, [.. update], waits)
               orderby projected.Start, projected.Dot
               select projected,
        ];
    }

    private static UpdateTrace Project(string traceId, Dot dot, List<StoredSpan> spans, ILookup<string, StoredSpan> waits)
    {
        var write = spans.Find(span => span.Name == UpdateTags.WriteSpan);
        var parts = spans
            .Where(span => span.Name is UpdateTags.ApplySpan or UpdateTags.BufferSpan && ReplicaOf(span) is { } replica && replica != dot.Replica.Value)
            .GroupBy(span => ReplicaOf(span)!.Value)
            .Select(replica => Part(replica.Key, [.. replica], waits))
            .OrderBy(part => part.Replica)
            .ToImmutableArray();
        return new UpdateTrace(
            traceId,
            dot,
            write?.Start ?? Written(spans) ?? spans.Min(span => span.Start),
            write?.End,
            [.. spans.Select(span => span.Texts(UpdateTags.Keys)).FirstOrDefault(keys => keys.Length > 0) ?? []],
            [.. Ids(write?.Text(UpdateTags.Members)).Concat(parts.Select(part => part.Replica)).Append(dot.Replica.Value).Distinct().Order()],
            parts,
            Names(spans),
            (int)Math.Clamp(spans.Max(span => span.Number(UpdateTags.OneIn) ?? 1), 1, int.MaxValue));
    }

    private static ReplicaPart Part(int replica, List<StoredSpan> spans, ILookup<string, StoredSpan> waits)
    {
        // The first apply counts: a replica that lost its end may have applied it twice.
        var apply = spans.Where(span => span.Name == UpdateTags.ApplySpan).MinBy(span => span.End);
        var buffering = spans.Where(span => span.Name == UpdateTags.BufferSpan).MinBy(span => span.Start);
        var arrival = apply ?? buffering!;
        var wait = apply is null ? null : waits[apply.SpanId].FirstOrDefault();
        return new ReplicaPart(
            replica,
            arrival.Number(UpdateTags.Peer) is > 0 and <= int.MaxValue and var peer ? (int)peer : null,
            arrival.Start,
            apply is null ? null : wait?.End ?? apply.Start,
            apply?.End,
            Dots((wait ?? (apply is null ? buffering : null))?.Text(UpdateTags.Missing)),
            wait?.Links ?? buffering?.Links ?? []);
    }

    private static Dot? DotOf(StoredSpan span) =>
        span.Name is UpdateTags.WriteSpan or UpdateTags.ApplySpan or UpdateTags.BufferSpan && span.Text(UpdateTags.Dot) is { } text && Dot.TryParse(text, out var dot)
            ? dot
            : null;

    private static int? ReplicaOf(StoredSpan span) => span.Number(UpdateTags.Replica) is > 0 and <= int.MaxValue and var replica ? (int)replica : null;

    private static long? Written(List<StoredSpan> spans)
    {
        foreach (var span in spans)
        {
            // Its timestamp runs ahead of its origin's clock when it has seen later ones: then the arrival is the better guess.
            if (span.Number(UpdateTags.WrittenMs) is > 0 and var ms && ms <= span.Start / NanosecondsPerMs)
            {
                return ms * NanosecondsPerMs;
            }
        }

        return null;
    }

    private static ImmutableDictionary<int, string> Names(List<StoredSpan> spans)
    {
        var names = ImmutableDictionary.CreateBuilder<int, string>();
        foreach (var span in spans)
        {
            if (ReplicaOf(span) is { } replica && span.Text(UpdateTags.ReplicaName) is { Length: > 0 } name)
            {
                names[replica] = name;
            }
        }

        return names.ToImmutable();
    }

    private static IEnumerable<int> Ids(string? text) => (text ?? "")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Take(MembersMax)
        .Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0);

    private static Dot[] Dots(string? text) =>
    [
        .. (text ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Take(MissingMax)
            .Select(word => Dot.TryParse(word, out var dot) ? dot : default)
            .Where(dot => dot != default),
    ];
}
