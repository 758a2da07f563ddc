using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Gateways.Text;

/// <summary>One connection of the text gateway: reads frames, carries them out in order, writes replies.</summary>
/// <param name="idleMax">How long it may say nothing.</param>
/// <param name="slowMax">How long a frame may take from its first byte to its last, a reply to be taken, and a stranger to say something.</param>
internal sealed class TextConnection(Socket socket, TextSession session, TimeSpan idleMax, TimeSpan slowMax, int frameBytesMax, TimeProvider time, TlsIdentity? tls)
{
    /// <summary>Serves until the client quits, breaks the protocol, is silent for too long or goes away.</summary>
    /// <returns>Why the connection was closed against the client's will; <c>null</c> if it was not.</returns>
    public async Task<string?> RunAsync(CancellationToken stop)
    {
        using (session)
        {
            await using var network = new NetworkStream(socket, ownsSocket: false);
            await using var secure = tls is null ? null : new SslStream(network, leaveInnerStreamOpen: true);
            Stream stream = secure is null ? network : secure;
            var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 8192, leaveOpen: true));
            try
            {
                if (secure is not null)
                {
                    using var deadline = new Deadline(time, slowMax, stop);
                    await secure.AuthenticateAsServerAsync(tls!.ForServer(isForPeers: false), deadline.Token).ConfigureAwait(false);
                }

                await ServeAsync(reader, stream, stop).ConfigureAwait(false);
                return null;
            }
            catch (AuthenticationException exception)
            {
                return exception.Message;
            }
            catch (Exception exception) when (exception is TextGatewayException or KeyBusyException or OverloadedException
                or NodeUnavailableException or StorageUnavailableException)
            {
                return exception.Message;
            }
            catch (OperationCanceledException)
            {
                return stop.IsCancellationRequested ? null : "it was silent for too long, or stopped in the middle of a frame";
            }
            catch (IOException)
            {
                return null; // the client is gone
            }
            finally
            {
                await reader.CompleteAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(PipeReader reader, Stream stream, CancellationToken stop)
    {
        while (!session.HasQuit && await NextAsync(reader, stop).ConfigureAwait(false) is { } frame)
        {
            if (await session.TakeAsync(frame, stop).ConfigureAwait(false) is { } reply)
            {
                using var deadline = new Deadline(time, slowMax, stop);
                await stream.WriteAsync(reply, deadline.Token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The next frame; <c>null</c> at the end of the connection.</summary>
    private async ValueTask<string?> NextAsync(PipeReader reader, CancellationToken stop)
    {
        // The clock of a frame runs from its first byte: one that trickles in is bounded like one that stalls.
        using var idle = new Deadline(time, session.IsStranger ? slowMax : idleMax, stop);
        Deadline? inFrame = null;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync((inFrame ?? idle).Token).ConfigureAwait(false);
                var buffer = result.Buffer;
                if (TextFrames.TryRead(ref buffer, frameBytesMax, out var frame))
                {
                    reader.AdvanceTo(buffer.Start);
                    return frame;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    return buffer.IsEmpty ? null : throw new TextGatewayException("it ended in the middle of a frame");
                }

                if (!buffer.IsEmpty)
                {
                    inFrame ??= new Deadline(time, slowMax, stop);
                }
            }
        }
        finally
        {
            inFrame?.Dispose();
        }
    }
}
