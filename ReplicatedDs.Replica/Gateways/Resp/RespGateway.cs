using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>
/// The Redis protocol on a port of its own. See docs/resp.md. It uses Kestrel's connections but not its endpoints: the limits of
/// the HTTP API are for other clients.
/// </summary>
internal sealed class RespGateway(RespOptions options, RespServer server, TimeProvider time, ILoggerFactory loggers, TlsIdentity? tls = null) : BackgroundService
{
    private static ReadOnlySpan<byte> TooMany => "-ERR max number of clients reached\r\n"u8;

    private readonly ILogger _logger = loggers.CreateLogger<RespGateway>();
    private readonly ConcurrentDictionary<Task, ConnectionContext> _connections = new();
    private IConnectionListener? _listener;

    /// <summary>Where it listens; known once it has started.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_listener!.EndPoint;

    /// <exception cref="ConfigurationException">The port is taken.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Both buffers bound what a peer can make us hold: one that does not read is not read from either.
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions
            {
                MaxReadBufferSize = 1 << 20,
                MaxWriteBufferSize = 64 << 10,
                Backlog = 1024,
                WaitForDataBeforeAllocatingBuffer = false, // a page for each connection, and one call of the system less for each command
                UnsafePreferInlineScheduling = true, // commands are short: a change of threads for each would cost more than they do
            }),
            loggers);
        try
        {
            _listener = await transport.BindAsync(new IPEndPoint(options.Address, options.Port), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is AddressInUseException or System.Net.Sockets.SocketException)
        {
            throw new ConfigurationException($"The RESP gateway cannot listen on {options.Address}:{options.Port}: {exception.Message}.", exception);
        }

        RespLog.Listening(_logger, Endpoint);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (_listener is { } listener)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(_connections.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await _listener!.AcceptAsync(stoppingToken).ConfigureAwait(false) is not { } connection)
                {
                    return;
                }

                Admit(connection, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
            {
                // Out of descriptors, or a client that gave up while it waited: neither ends the gateway.
                RespLog.AcceptFailed(_logger, exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Admit(ConnectionContext connection, CancellationToken stop)
    {
        // Entered before it can end, so that it is always removed.
        var entered = new TaskCompletionSource();
        var isOver = _connections.Count >= options.ConnectionsMax;
        var task = ServeAsync(connection, isOver, entered.Task, stop);
        _connections[task] = connection;
        task.ContinueWith(done => _connections.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        entered.SetResult();
    }

    private async Task<string?> ServeAsync(ConnectionContext connection, CancellationToken stop)
    {
        if (tls is null)
        {
            return await server.ServeAsync(connection, stop).ConfigureAwait(false);
        }

        await using var secure = new SslStream(new DuplexPipeStream(connection.Transport), leaveInnerStreamOpen: true);
        using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            deadline.CancelAfter(server.Api.SlowMax);
            await secure.AuthenticateAsServerAsync(tls.ForServer(isForPeers: false), deadline.Token).ConfigureAwait(false);
        }

        var raw = connection.Transport;
        connection.Transport = new SecurePipe(secure);
        try
        {
            return await server.ServeAsync(connection, stop).ConfigureAwait(false);
        }
        finally
        {
            await connection.Transport.Input.CompleteAsync().ConfigureAwait(false);
            await connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
            connection.Transport = raw;
        }
    }

    private async Task ServeAsync(ConnectionContext connection, bool isOver, Task entered, CancellationToken stop)
    {
        await entered.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (isOver)
            {
                RespLog.Closed(_logger, connection.RemoteEndPoint, $"there are {options.ConnectionsMax} connections already");
                await connection.Transport.Output.WriteAsync(TooMany.ToArray(), stop).ConfigureAwait(false);
            }
            else if (await ServeAsync(connection, stop).ConfigureAwait(false) is { } reason)
            {
                RespLog.Closed(_logger, connection.RemoteEndPoint, reason);
            }
        }
        catch (Exception exception) when (exception is ConnectionResetException or ConnectionAbortedException or OperationCanceledException or IOException or AuthenticationException)
        {
            // The client is gone, or the replica stops.
        }
        catch (Exception exception)
        {
            // One connection's fault is never another's.
            RespLog.Failed(_logger, exception, connection.RemoteEndPoint);
        }
        finally
        {
            await connection.Transport.Input.CompleteAsync().ConfigureAwait(false);
            await connection.Transport.Output.CompleteAsync().ConfigureAwait(false);
            if (stop.IsCancellationRequested)
            {
                connection.Abort();
            }

            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class SecurePipe(Stream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }
}
