using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using ReplicatedDs.Bench.Loads;
using ReplicatedDs.Bench.Servers;

namespace ReplicatedDs.Bench.Compare;

/// <summary>
/// A client with a list of addresses, which begins with that of the member beside it. It writes one new key after the other, as fast as it is answered; when it
/// gets an error, or no answer in half a second, it goes on at the next address.
/// </summary>
/// <param name="slots">Where it counts what was acknowledged, by tenths of a second.</param>
internal sealed class Writer(int number, int home, Side side, IContender contender, int[] slots, Stopwatch clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly HashSet<int> _unacknowledged = [];
    private int _count;

    /// <value>The keys that it was told are written.</value>
    public IEnumerable<string> Acknowledged => Enumerable.Range(0, _count).Where(key => !_unacknowledged.Contains(key)).Select(Key);

    public async Task RunAsync(CancellationToken stop)
    {
        for (var member = home; !stop.IsCancellationRequested; member = (member + 1) % contender.Members.Count)
        {
            try
            {
                using var client = await ConnectAsync(member, stop).ConfigureAwait(false);
                while (await WriteAsync(client, stop).ConfigureAwait(false))
                {
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException or TimeoutException or ObjectDisposedException)
            {
                // Not reached: the next may be.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(Pause, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<IStoreClient> ConnectAsync(int member, CancellationToken stop)
    {
        var connecting = side.Host is { } host ? host.DoAsync(() => contender.ConnectAsync(member)) : contender.ConnectAsync(member);
        try
        {
            return await connecting.WaitAsync(Patience, stop).ConfigureAwait(false);
        }
        catch
        {
            _ = connecting.ContinueWith(static late => late.Result.Dispose(), stop, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    private async Task<bool> WriteAsync(IStoreClient client, CancellationToken stop)
    {
        var key = _count++;
        _unacknowledged.Add(key);
        if (!await client.WriteAsync(Key(key)).WaitAsync(Patience, stop).ConfigureAwait(false))
        {
            return false;
        }

        _unacknowledged.Remove(key);
        var slot = (int)(clock.Elapsed.TotalSeconds * 10);
        if (slot < slots.Length)
        {
            Interlocked.Increment(ref slots[slot]);
        }

        return true;
    }

    private string Key(int key) => string.Create(CultureInfo.InvariantCulture, $"c{number:d2}-{key:d12}");
}
