using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ReplicatedDs.Browser.Tests.Support;

namespace ReplicatedDs.Browser.Tests.Measuring;

/// <summary>Writes at all replicas in turn at a steady pace, whether or not they keep up; what is not answered is bounded and counted.</summary>
internal sealed class WriteLoad(RealCluster cluster, int perSecond) : IDisposable
{
    private const int OpenMax = 1_000;
    private const int Keys = 1_000;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Uri[] _replicas = [.. cluster.Replicas().Where(replica => replica.Id is not null).Select(replica => new Uri(replica.Http!))];
    private readonly byte[] _value = new byte[100];

    public async Task<WriteLoadResult> RunAsync(TimeSpan length)
    {
        var took = new ConcurrentQueue<double>();
        var failures = new ConcurrentDictionary<string, int>();
        var left = 0;
        var open = new ConcurrentDictionary<Task, byte>();
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var sent = 0; clock.Elapsed < length && await timer.WaitForNextTickAsync();)
        {
            for (; sent < clock.Elapsed.TotalSeconds * perSecond; sent++)
            {
                if (open.Count >= OpenMax)
                {
                    left++;
                    continue;
                }

                var write = WriteAsync(sent);
                open.TryAdd(write, 0);
                _ = write.ContinueWith(done => open.TryRemove(done, out _), TaskScheduler.Default);
            }
        }

        await Task.WhenAll(open.Keys);
        var sorted = took.Order().ToArray();
        return new WriteLoadResult(sorted.Length / clock.Elapsed.TotalSeconds, At(sorted, 0.5), At(sorted, 0.99), failures, left);

        async Task WriteAsync(int n)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                using var content = new ByteArrayContent(_value);
                using var response = await _http.PutAsync(new Uri(_replicas[n % _replicas.Length], $"/kv/load-{n % Keys}"), content);
                response.EnsureSuccessStatusCode();
                took.Enqueue(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                failures.AddOrUpdate(exception is HttpRequestException { StatusCode: { } status } ? ((int)status).ToString(CultureInfo.InvariantCulture) : exception.GetType().Name, 1, (_, count) => count + 1);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
}
