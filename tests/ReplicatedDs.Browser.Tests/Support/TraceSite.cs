using ReplicatedDs.Dashboard.Tests;
using ReplicatedDs.Dashboard.Tests.StandIn;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>
/// The built dashboard with nobody to ask: its members' addresses are closed and there is no control API. All it knows is what the test
/// sends to its receiver.
/// </summary>
internal sealed class TraceSite : IAsyncDisposable
{
    private const string Token = "a-login-secret-for-tests";
    private const string OtlpKey = "a-telemetry-key-for-tests";

    private readonly ChildProcess _dashboard;

    private TraceSite(int port, ChildProcess dashboard)
    {
        Address = new Uri($"http://127.0.0.1:{port}");
        _dashboard = dashboard;
        Spans = new StandInSpans(Address, OtlpKey);
    }

    public Uri Address { get; }

    public string Login => $"{Address}login?t={Token}";

    public StandInSpans Spans { get; }

    public static async Task<TraceSite> StartAsync()
    {
        var port = StandInPort.Take();
        var site = new TraceSite(port, ChildProcess.Start("ReplicatedDs.Dashboard", [.. StandInCluster.AloneArguments(port, Token), "--Dashboard:OtlpKey", OtlpKey]));
        using var http = new HttpClient { BaseAddress = site.Address };
        await Deadline.UntilAsync(
            async () =>
            {
                try
                {
                    return (await http.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode.ToString();
                }
                catch (HttpRequestException problem)
                {
                    return problem.Message + Environment.NewLine + site._dashboard.Output;
                }
            },
            seen => seen == "OK",
            "the dashboard answers /health",
            30);
        return site;
    }

    /// <summary>The README's tour: x is held on its way from 1 to 3, so y, which was written by somebody who has read x, waits for it there.</summary>
    public DateTimeOffset SendTheTour(bool isHealed = true)
    {
        var start = DateTimeOffset.UtcNow.AddSeconds(-3);
        Spans.Write("1#1", "x", start);
        Spans.Apply("1#1", "x", 2, start.AddMilliseconds(3.8));
        Spans.Write("2#1", "y", start.AddMilliseconds(420));
        Spans.Apply("2#1", "y", 1, start.AddMilliseconds(424));
        Spans.Buffer("2#1", "y", 3, start.AddMilliseconds(425), "1#1");
        if (isHealed)
        {
            Spans.Apply("1#1", "x", 3, start.AddMilliseconds(1620));
            Spans.Apply("2#1", "y", 3, start.AddMilliseconds(425), 1195.6, "1#1");
        }

        Spans.Flush();
        return start;
    }

    /// <summary>Some hundred ordinary updates, so that a list has something to sort.</summary>
    public void SendTraffic(int count)
    {
        var random = new Random(7);
        var start = DateTimeOffset.UtcNow.AddSeconds(-20);
        for (var n = 1; n <= count; n++)
        {
            var (dot, key, at) = ($"{(n % 3) + 1}#{n + 1000}", $"cart:{random.Next(40)}", start.AddMilliseconds(n * 30));
            Spans.Write(dot, key, at, 0.2 + random.NextDouble());
            foreach (var replica in Enumerable.Range(1, 3).Where(replica => replica != (n % 3) + 1))
            {
                Spans.Apply(dot, key, replica, at.AddMilliseconds(1.5 + (random.NextDouble() * 9)));
            }
        }

        Spans.Flush();
    }

    public async ValueTask DisposeAsync()
    {
        Spans.Dispose();
        await _dashboard.DisposeAsync();
    }
}
