using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ReplicatedDs.Bench.Loads;

/// <summary>Clients that write as fast as they are answered.</summary>
internal static class HttpLoad
{
    private const int Keys = 100_000;
    /// <summary>What every client writes.</summary>
    public static readonly string Value = new('v', 100);

    /// <summary>Requests per second, after a warm-up of a third of the time.</summary>
    /// <param name="ports">Of the members at which clients write, in turn.</param>
    /// <param name="perSecond">How many all clients send in all; what was held up is made up for. <c>null</c>: as many as are answered.</param>
    public static async Task<double> RunAsync(IReadOnlyList<int> ports, Func<int, string, byte[]> request, int clients, TimeSpan time, int? perSecond = null)
    {
        var began = Stopwatch.StartNew();
        var counted = 0L;
        using var over = new CancellationTokenSource();
        var isCounting = false;
        var running = Enumerable.Range(0, clients).Select(async client =>
        {
            var random = new Random(client);
            var port = ports[client % ports.Count];
            byte[][] requests = [.. Enumerable.Range(0, 64).Select(_ => request(port, string.Create(CultureInfo.InvariantCulture, $"k{random.Next(Keys):d15}")))];
            using var connection = await HttpConnection.OpenAsync(port).ConfigureAwait(false);
            for (var i = 0; !over.IsCancellationRequested; i++)
            {
                if (perSecond is { } rate && TimeSpan.FromSeconds((((double)i * clients) + client) / rate) - began.Elapsed is var early && early > TimeSpan.Zero)
                {
                    await Task.Delay(early, CancellationToken.None).ConfigureAwait(false);
                }

                var status = await connection.AskAsync(requests[i % requests.Length]).ConfigureAwait(false);
                if (status != 200)
                {
                    throw new InvalidOperationException($"A write was answered with {status}.");
                }

                if (Volatile.Read(ref isCounting))
                {
                    Interlocked.Increment(ref counted);
                }
            }
        }).ToList();
        await Task.Delay(time / 3).ConfigureAwait(false);
        Volatile.Write(ref isCounting, true);
        var clock = Stopwatch.StartNew();
        await Task.WhenAny([Task.Delay(time), .. running]).ConfigureAwait(false);
        var seconds = clock.Elapsed.TotalSeconds;
        var count = Interlocked.Read(ref counted);
        await over.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(false);
        return count / seconds;
    }

    /// <summary>A write of 100 bytes to a replica of ours.</summary>
    public static byte[] OurPut(int port, string key) => Request("PUT", port, $"/kv/{key}", Value);

    /// <summary>A write of 100 bytes to etcd, by its JSON gateway.</summary>
    public static byte[] EtcdPut(int port, string key) => Post(port, "/v3/kv/put", $$"""{"key":"{{Base64(key)}}","value":"{{Base64(Value)}}"}""");

    /// <summary>Asks a member of etcd which of some keys it has.</summary>
    public static byte[] EtcdCounts(int port, IEnumerable<string> keys)
    {
        var reads = keys.Select(key => $$$"""{"requestRange":{"key":"{{{Base64(key)}}}","count_only":true,"serializable":true}}""");
        return Post(port, "/v3/kv/txn", $$"""{"success":[{{string.Join(',', reads)}}]}""");
    }

    public static byte[] Get(int port, string path) => Request("GET", port, path, "");

    public static byte[] Post(int port, string path, string body) => Request("POST", port, path, body);

    private static byte[] Request(string method, int port, string path, string body) => Encoding.ASCII.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
