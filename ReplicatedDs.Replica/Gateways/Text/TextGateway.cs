using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Gateways.Text;

/// <summary>The original system's framed text protocol on a port of its own. See docs/text-gateway.md.</summary>
internal sealed class TextGateway(
    TextGatewayOptions options,
    ApiOptions api,
    Func<IPAddress?, TextSession> newSession,
    TimeProvider time,
    ILogger<TextGateway> logger,
    TlsIdentity? tls = null) : BackgroundService
{
    // CW, a key, a colon.
    private const int FrameOverhead = 2 + 1024 + 1;

    private readonly TcpListener _listener = new(options.Address, options.Port);
    private readonly ConcurrentDictionary<Task, Socket> _connections = new();

    /// <summary>Where it listens; known once it has started.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <exception cref="ConfigurationException">The port is taken.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _listener.Start();
        }
        catch (SocketException exception)
        {
            throw new ConfigurationException(
                $"The text gateway cannot listen on {options.Address}:{options.Port}: {exception.Message}.", exception);
        }

        TextGatewayLog.Listening(logger, Endpoint);
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        _listener.Stop();
        await Task.WhenAll(_connections.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void Dispose()
    {
        _listener.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Admit(await _listener.AcceptSocketAsync(stoppingToken).ConfigureAwait(false), stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException exception)
            {
                // Out of descriptors, or a client that gave up while it waited: neither ends the gateway.
                TextGatewayLog.AcceptFailed(logger, exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Admit(Socket socket, CancellationToken stop)
    {
        var client = socket.RemoteEndPoint;
        if (_connections.Count >= options.ConnectionsMax)
        {
            TextGatewayLog.Closed(logger, client, $"there are {options.ConnectionsMax} connections already");
            socket.Dispose();
            return;
        }

        // Entered before it can end, so that it is always removed.
        var entered = new TaskCompletionSource();
        var task = ServeAsync(socket, client, entered.Task, stop);
        _connections[task] = socket;
        task.ContinueWith(done => _connections.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        entered.SetResult();
    }

    private async Task ServeAsync(Socket socket, EndPoint? client, Task entered, CancellationToken stop)
    {
        await entered.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using (socket)
        {
            try
            {
                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
                var frameBytesMax = Math.Min(TextFrames.BytesMax, api.ValueBytesMax + FrameOverhead);
                var connection = new TextConnection(socket, newSession((client as IPEndPoint)?.Address), options.IdleMax, api.SlowMax, frameBytesMax, time, tls);
                if (await connection.RunAsync(stop).ConfigureAwait(false) is { } reason)
                {
                    TextGatewayLog.Closed(logger, client, reason);
                }
            }
            catch (Exception exception)
            {
                // One connection's fault is never another's.
                TextGatewayLog.Failed(logger, exception, client);
            }
        }
    }
}
