using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>
/// Writes out what an evicted replica wrote, so that an operator can bring back by hand what the survivors never got: one JSON object per
/// update and line, with its dot, its timestamp and its operations.
/// </summary>
internal static class OwnWrites
{
    private const string FileName = "own-writes.jsonl";
    private const long PieceBytes = 1 << 20;

    /// <returns>The number of updates written.</returns>
    public static async Task<long> ExportAsync(string folder, IReplicaStore store, ReplicaId self, CancellationToken cancellationToken)
    {
        var count = 0L;
        var file = File.Create(Path.Combine(folder, FileName));
        await using (file.ConfigureAwait(false))
        {
            for (var next = 1L; ;)
            {
                var updates = await store.ReadAsync(self, next, long.MaxValue, PieceBytes, cancellationToken).ConfigureAwait(false);
                if (updates.IsEmpty)
                {
                    return count;
                }

                foreach (var update in updates)
                {
                    await file.WriteAsync(Line(update), cancellationToken).ConfigureAwait(false);
                    count++;
                }

                next = updates[^1].Dot.Counter + 1;
            }
        }
    }

    private static ReadOnlyMemory<byte> Line(Update update)
    {
        var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("dot", update.Dot.ToString());
            json.WriteNumber("timestampMs", update.Timestamp.Milliseconds);
            json.WriteStartArray("operations");
            foreach (var operation in update.Operations)
            {
                Write(json, operation);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.GetBuffer().AsMemory(0, (int)line.Length);
    }

    private static void Write(Utf8JsonWriter json, Operation operation)
    {
        json.WriteStartObject();
        switch (operation)
        {
            case SetOperation set:
                var isText = Utf8.IsValid(set.Value.Span);
                json.WriteString("set", set.Key);
                json.WriteString("value", isText ? Encoding.UTF8.GetString(set.Value.Span) : Convert.ToBase64String(set.Value.Span));
                json.WriteString("encoding", isText ? "utf-8" : "base64");
                break;
            case DeleteOperation delete:
                json.WriteString("delete", delete.Key);
                break;
            case IncrementOperation increment:
                json.WriteString("increment", increment.Key);
                json.WriteNumber("by", increment.By);
                break;
            case AddOperation add:
                json.WriteString("add", add.Key);
                json.WriteString("member", add.Member);
                break;
            case RemoveOperation remove:
                json.WriteString("remove", remove.Key);
                json.WriteString("member", remove.Member);
                break;
            default:
                json.WriteString("membership", operation.GetType().Name.Replace("Operation", "", StringComparison.Ordinal));
                break;
        }

        json.WriteEndObject();
    }
}
