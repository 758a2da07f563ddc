using System.Diagnostics;
using System.Net.Sockets;
using ReplicatedDs.Bench.Loads;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Servers;

namespace ReplicatedDs.Bench.Compare;

/// <summary>
/// Successful writes over time while one member is killed and comes back. Eight clients at every member write as fast as they are answered; one that gets
/// no answer in half a second, or an error, connects anew and tries again, as a client with a list of addresses would.
/// </summary>
internal static class Availability
{
    private const int ClientsPerMember = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public static async Task<Outage> RunAsync(
        IContender contender, int victim, string member, Func<int, CancellationToken, Task<Func<Task<bool>>>> connect, TimeSpan time)
    {
        var slots = new int[(int)(time.TotalSeconds * 10)];
        var clock = Stopwatch.StartNew();
        using var over = new CancellationTokenSource();
        var clients = Enumerable.Range(0, contender.Members.Count * ClientsPerMember)
            .Select(client => WriteAsync(client % contender.Members.Count, connect, slots, clock, over.Token))
            .ToList();
        await Task.Delay(time * 0.25).ConfigureAwait(false);
        var died = clock.Elapsed.TotalSeconds;
        await contender.KillAsync(victim).ConfigureAwait(false);
        await Task.Delay(time * 0.4).ConfigureAwait(false);
        var back = clock.Elapsed.TotalSeconds;
        contender.Restart(victim);
        await Task.Delay(time - clock.Elapsed).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(clients).ConfigureAwait(false);
        return new Outage(contender.Name, member, died, back, [.. slots.Select(count => count * 10.0)]);
    }

    /// <summary>A client of the Redis protocol.</summary>
    public static async Task<Func<Task<bool>>> RespAsync(int port, CancellationToken stop)
    {
        var connection = await RespConnection.OpenAsync(port).WaitAsync(Patience, stop).ConfigureAwait(false);
        var set = RespConnection.Encode("SET", RespConnection.KeyOf(Random.Shared.Next(100_000)), new string('v', 100));
        stop.Register(connection.Dispose);
        return async () =>
        {
            try
            {
                await connection.SendAsync(set).ConfigureAwait(false);
                return await connection.ReadAsync().AsTask().WaitAsync(Patience, stop).ConfigureAwait(false) == "OK";
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        };
    }

    /// <summary>A client of HTTP.</summary>
    public static async Task<Func<Task<bool>>> HttpAsync(int port, Func<int, string, byte[]> request, CancellationToken stop)
    {
        var connection = await HttpConnection.OpenAsync(port).WaitAsync(Patience, stop).ConfigureAwait(false);
        var put = request(port, RespConnection.KeyOf(Random.Shared.Next(100_000)));
        stop.Register(connection.Dispose);
        return async () =>
        {
            try
            {
                return await connection.AskAsync(put).AsTask().WaitAsync(Patience, stop).ConfigureAwait(false) == 200;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        };
    }

    private static async Task WriteAsync(
        int member, Func<int, CancellationToken, Task<Func<Task<bool>>>> connect, int[] slots, Stopwatch clock, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var write = await connect(member, stop).ConfigureAwait(false);
                while (await write().ConfigureAwait(false))
                {
                    var slot = (int)(clock.Elapsed.TotalSeconds * 10);
                    if (slot < slots.Length)
                    {
                        Interlocked.Increment(ref slots[slot]);
                    }
                }

                await Task.Delay(20, stop).ConfigureAwait(false); // refused: a follower, or one that is not ready
            }
            catch (Exception exception) when (exception is SocketException or IOException or TimeoutException or ObjectDisposedException)
            {
                await Task.Delay(20, CancellationToken.None).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
