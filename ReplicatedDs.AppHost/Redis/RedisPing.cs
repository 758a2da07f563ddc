using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ReplicatedDs.AppHost.Redis;

/// <summary>Healthy when the server on this loopback port answers PING with PONG within two seconds.</summary>
internal sealed class RedisPing(int port) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(TimeSpan.FromSeconds(2));
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, deadline.Token);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), deadline.Token);
            var buffer = new byte[64];
            var read = await stream.ReadAtLeastAsync(buffer, 5, throwOnEndOfStream: false, deadline.Token);
            return buffer.AsSpan(0, read).StartsWith("+PONG"u8)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("it does not answer PING with PONG");
        }
        catch (Exception exception) when (exception is SocketException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
