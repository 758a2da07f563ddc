using ReplicatedDs.Causality.Values;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Snapshots;

/// <summary>Reads of several keys at one root.</summary>
internal sealed class SnapshotCalls(IReplicaNode node, KvReads reads)
{
    /// <summary>Keys of one snapshot at most.</summary>
    public const int KeysMax = 1024;

    /// <summary>Bytes of values in one answer at most.</summary>
    public const long BytesMax = 16 << 20;

    /// <summary><c>POST /snapshot</c>.</summary>
    public async Task<IResult> PostAsync(HttpContext context)
    {
        var request = KvRequest.SessionOf(context);
        var input = await RequestBody.ReadJsonAsync(context, ApiJson.Default.SnapshotInput, (KeysMax * 4096) + 4096).ConfigureAwait(false);
        if (input.Keys.Count > KeysMax)
        {
            throw new ProblemException(ProblemKinds.TooLarge, $"The snapshot names {input.Keys.Count} keys; at most {KeysMax} are read at once.");
        }

        foreach (var key in input.Keys)
        {
            RawKey.CheckText(key);
        }

        var root = await node.CoverAsync(context, request).ConfigureAwait(false);
        RequireFewBytes(input.Keys.Sum(key => root.Keys.Find(key) is { Kind: ValueKind.Register } state ? (long)state.Winner.Value.Length : 0));
        root = await node.WithValuesAsync(root, input.Keys, context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.CacheControl = "no-store";
        var entries = new List<EntryView>(input.Keys.Count);
        long bytes = 0;
        foreach (var key in input.Keys)
        {
            var state = root.Keys.Find(key);
            reads.RecordRead(key, state?.Winner.Dot);
            var entry = Entries.ToView(key, state, withValue: true);
            bytes += entry.Value?.Length ?? 0;
            RequireFewBytes(bytes);
            entries.Add(entry);
        }

        return Views.Ok(new SnapshotView(root.Delivered.ToView(), entries), ApiJson.Relaxed.SnapshotView);
    }

    private static void RequireFewBytes(long bytes)
    {
        if (bytes > BytesMax)
        {
            throw new ProblemException(ProblemKinds.TooLarge, $"The values have more than {BytesMax} bytes together; ask for fewer keys.");
        }
    }
}
