using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.IO.Pipelines;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>
/// Writes replies, in the connection's version of the protocol. Goes on only as fast as the peer reads: a large reply is never buffered whole.
/// </summary>
internal sealed class RespWriter(PipeWriter output, TimeSpan timeout, TimeProvider time)
{
    private const int FlushBytes = 32 << 10;

    /// <summary>2 or 3.</summary>
    public int Version { get; set; } = 2;

    /// <exception cref="RespSlowPeerException">The peer does not read.</exception>
    public async ValueTask WriteAsync(RespReply reply, CancellationToken stop)
    {
        switch (reply.Kind)
        {
            case RespKind.Bulk when reply.Bytes.Length > FlushBytes:
                WriteHead('$', reply.Bytes.Length);
                for (var rest = reply.Bytes; !rest.IsEmpty; rest = rest[Math.Min(FlushBytes, rest.Length)..])
                {
                    output.Write(rest.Span[..Math.Min(FlushBytes, rest.Length)]);
                    await FlushAsync(stop).ConfigureAwait(false);
                }

                output.Write("\r\n"u8);
                break;
            case RespKind.Array or RespKind.Set or RespKind.Map or RespKind.Push:
                WriteHead(reply.Kind, reply.Number);
                var count = 0L;
                foreach (var item in reply.Items)
                {
                    count++;
                    await WriteAsync(item, stop).ConfigureAwait(false);
                }

                Debug.Assert(count == reply.Number, "A reply has another number of elements than it says.");
                break;
            default:
                WriteFlat(reply);
                break;
        }

        if (output.UnflushedBytes > FlushBytes)
        {
            await FlushAsync(stop).ConfigureAwait(false);
        }
    }

    /// <exception cref="RespSlowPeerException">The peer does not read.</exception>
    public async ValueTask FlushAsync(CancellationToken stop)
    {
        var flush = output.FlushAsync(stop);
        if (flush.IsCompletedSuccessfully)
        {
            Check(flush.Result);
            return;
        }

        try
        {
            Check(await flush.AsTask().WaitAsync(timeout, time, stop).ConfigureAwait(false));
        }
        catch (TimeoutException)
        {
            throw new RespSlowPeerException($"it has left its answers unread for {timeout.TotalSeconds} s");
        }
    }

    private static void Check(FlushResult result)
    {
        if (result.IsCompleted)
        {
            throw new IOException("The peer is gone.");
        }
    }

    private void WriteHead(RespKind kind, long count)
    {
        var isMap = kind == RespKind.Map && Version == 3;
        WriteHead(kind switch
        {
            RespKind.Set when Version == 3 => '~',
            RespKind.Map when isMap => '%',
            RespKind.Push when Version == 3 => '>',
            _ => '*',
        }, isMap ? count / 2 : count);
    }

    private void WriteFlat(RespReply reply)
    {
        switch (reply.Kind)
        {
            case RespKind.Simple:
                WriteLine('+', reply.Bytes.Span);
                break;
            case RespKind.Error:
                WriteLine('-', reply.Bytes.Span);
                break;
            case RespKind.Integer:
                WriteHead(':', reply.Number);
                break;
            case RespKind.Text when Version == 3:
                WriteHead('=', reply.Bytes.Length + 4);
                output.Write("txt:"u8);
                output.Write(reply.Bytes.Span);
                output.Write("\r\n"u8);
                break;
            case RespKind.Bulk or RespKind.Text:
                WriteHead('$', reply.Bytes.Length);
                output.Write(reply.Bytes.Span);
                output.Write("\r\n"u8);
                break;
            case RespKind.Null or RespKind.NullArray when Version == 3:
                output.Write("_\r\n"u8);
                break;
            case RespKind.Null:
                output.Write("$-1\r\n"u8);
                break;
            default:
                output.Write("*-1\r\n"u8);
                break;
        }
    }

    private void WriteHead(char type, long number)
    {
        var span = output.GetSpan(24);
        span[0] = (byte)type;
        Utf8Formatter.TryFormat(number, span[1..], out var written);
        span[written + 1] = (byte)'\r';
        span[written + 2] = (byte)'\n';
        output.Advance(written + 3);
    }

    private void WriteLine(char type, ReadOnlySpan<byte> text)
    {
        output.Write([(byte)type]);
        output.Write(text);
        output.Write("\r\n"u8);
    }
}
