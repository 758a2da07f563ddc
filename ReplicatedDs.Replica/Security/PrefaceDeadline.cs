using Microsoft.AspNetCore.Server.Kestrel.Core;
using ReplicatedDs.Replica.Gateways;

namespace ReplicatedDs.Replica.Security;

/// <summary>Closes connections whose caller does not say soon that it speaks HTTP/2. Once it has, the server's pings notice whether it lives.</summary>
internal static class PrefaceDeadline
{
    private const int PrefaceBytes = 24;

    public static void UsePrefaceDeadline(this ListenOptions listen, TimeSpan within, TimeProvider time) => listen.Use(next => async connection =>
    {
        var input = connection.Transport.Input;
        using (var deadline = new Deadline(time, within, connection.ConnectionClosed))
        {
            try
            {
                var result = await input.ReadAtLeastAsync(PrefaceBytes, deadline.Token);
                input.AdvanceTo(result.Buffer.Start); // nothing of it is taken
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                connection.Abort();
                return;
            }
        }

        await next(connection);
    });
}
