using System.Text.Encodings.Web;
using System.Text.Json;

namespace ReplicatedDs.Checker.Histories;

/// <summary>
/// Writes <c>history.jsonl</c> (docs/history-format.md), operation by operation, so that a history can be recorded while it happens.
/// Nothing is certain to be in the stream before <see cref="Dispose"/>, which leaves the stream open.
/// </summary>
public sealed class HistoryWriter : IDisposable
{
    public const string Format = "replicated-ds-history";
    public const int Version = 1;

    private const int FlushBytes = 32 * 1024;

    private readonly Stream _stream;
    private readonly MemoryStream _buffer = new();
    private readonly Utf8JsonWriter _json;

    /// <param name="note">A word on where the history comes from.</param>
    public HistoryWriter(Stream stream, string? note = null)
    {
        _stream = stream;
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _json.WriteStartObject();
        _json.WriteString("format"u8, Format);
        _json.WriteNumber("version"u8, Version);
        if (note is not null)
        {
            _json.WriteString("note"u8, note);
        }

        EndLine();
    }

    public static void Write(Stream stream, History history, string? note = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        using var writer = new HistoryWriter(stream, note);
        foreach (var operation in history.Operations)
        {
            writer.Write(operation);
        }
    }

    public void Write(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var isRead = operation.Kind == OperationKind.Read;
        var isSingle = operation.Accesses.Length == 1;
        _json.WriteStartObject();
        _json.WriteString("session"u8, operation.Session);
        _json.WriteString("op"u8, (isRead, isSingle) switch
        {
            (true, true) => "read",
            (true, false) => "snapshot",
            (false, true) => operation.Accesses[0].Value is null ? "delete" : "write",
            (false, false) => "transaction",
        });
        if (isSingle)
        {
            WriteFields(operation.Accesses[0], isRead);
        }
        else
        {
            _json.WriteStartArray(isRead ? "reads"u8 : "writes"u8);
            foreach (var access in operation.Accesses)
            {
                _json.WriteStartObject();
                WriteFields(access, isRead);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
        }

        if (operation.Outcome == Outcome.Unknown)
        {
            _json.WriteString("outcome"u8, "unknown");
        }

        if (operation.IsFinal)
        {
            _json.WriteBoolean("final"u8, true);
        }

        if (operation.Replica is not null)
        {
            _json.WriteString("replica"u8, operation.Replica);
        }

        if (operation.Start is { } start)
        {
            _json.WriteNumber("start"u8, start);
        }

        if (operation.End is { } end)
        {
            _json.WriteNumber("end"u8, end);
        }

        EndLine();
    }

    public void Dispose()
    {
        Flush();
        _stream.Flush();
        _json.Dispose();
        _buffer.Dispose();
    }

    private void WriteFields(Access access, bool isRead)
    {
        _json.WriteString("key"u8, access.Key);
        if (access.Value is not null || isRead)
        {
            _json.WriteString("value"u8, access.Value);
        }

        if (access.Tombstone is not null)
        {
            _json.WriteString("tombstone"u8, access.Tombstone);
        }
    }

    private void EndLine()
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.WriteByte((byte)'\n');
        _json.Reset();
        if (_buffer.Length >= FlushBytes)
        {
            Flush();
        }
    }

    private void Flush()
    {
        _buffer.WriteTo(_stream);
        _buffer.SetLength(0);
    }
}
