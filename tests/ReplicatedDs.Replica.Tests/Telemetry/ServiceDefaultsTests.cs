using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using ReplicatedDs.Replica.Tests.Http;
using ReplicatedDs.ServiceDefaults;

namespace ReplicatedDs.Replica.Tests.Telemetry;

/// <summary>What every process gets from ServiceDefaults: here, that telemetry arrives at the dashboard's receiver.</summary>
[Collection("activities")]
public class ServiceDefaultsTests
{
    [Fact]
    public async Task Dashboard_ReceivesServerSpansWithRouteAndStatus_MetricsAndLogs()
    {
        await using var receiver = await Receiver.StartAsync();
        await using (var app = await StartAsync(("Dashboard:Otlp", receiver.Address)))
        {
            using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
            Assert.Equal("7", await client.GetStringAsync("/things/7"));
            using var health = await client.GetAsync("/health");
            Assert.True(health.IsSuccessStatusCode);
            await Eventually.TrueAsync(
                () => receiver.Text().Contains("/things/{id}", StringComparison.Ordinal) && receiver.Paths.Contains("/v1/logs") && receiver.Paths.Contains("/v1/metrics"),
                () => string.Join(' ', receiver.Paths));
            await app.StopAsync();
        }

        var text = receiver.Text();
        Assert.Contains("/things/{id}", text, StringComparison.Ordinal);
        Assert.Contains("http.response.status_code", text, StringComparison.Ordinal);
        Assert.Contains("a line for the log", text, StringComparison.Ordinal);
        Assert.DoesNotContain("GET /health", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerSpans_OfTracesThatAreNotWanted_AreNotSent()
    {
        await using var receiver = await Receiver.StartAsync();
        await using (var app = await StartAsync(trace => trace.ToHexString() != "00000000000000000000000000000001", ("Dashboard:Otlp", receiver.Address)))
        {
            using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = new Uri(app.Urls.Single()) };
            foreach (var (path, trace) in ((string, int)[])[("/other/7", 1), ("/things/7", 2)])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.Add("traceparent", $"00-0000000000000000000000000000000{trace}-0000000000000001-01");
                using var response = await client.SendAsync(request);
                Assert.True(response.IsSuccessStatusCode);
            }

            await Eventually.TrueAsync(() => receiver.Text().Contains("GET /things/{id}", StringComparison.Ordinal), () => string.Join(' ', receiver.Paths));
            await app.StopAsync();
        }

        Assert.DoesNotContain("GET /other/{id}", receiver.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_WithAReceiverThatIsGone_TakesNoLongerThanASecondMore()
    {
        await using var app = await StartAsync(("Dashboard:Otlp", "http://127.0.0.1:1"));
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        await client.GetStringAsync("/things/7");
        var watch = Stopwatch.StartNew();
        await app.StopAsync();
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task WithoutAReceiverOrWithAWrongAddress_TheServiceRuns()
    {
        await using var app = await StartAsync(("Dashboard:Otlp", "not an address"));
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal("1", await client.GetStringAsync("/things/1"));
        await app.StopAsync();
    }

    private static Task<WebApplication> StartAsync(params (string Key, string Value)[] settings) => StartAsync(static _ => true, settings);

    private static async Task<WebApplication> StartAsync(Func<ActivityTraceId, bool> isTraced, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        var app = builder.Build();
        app.UseServerSpans(isTraced);
        app.MapDefaultEndpoints();
        app.MapGet("/things/{id}", (string id, ILoggerFactory loggers) =>
        {
            loggers.CreateLogger("Things").LogWarning("a line for the log");
            return id;
        });
        app.MapGet("/other/{id}", (string id) => id);
        await app.StartAsync();
        return app;
    }

    /// <summary>Takes OTLP over HTTP and keeps the bytes: texts in them are readable.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly ConcurrentQueue<(string Path, byte[] Body)> _requests = new();

        private Receiver(WebApplication app) => _app = app;

        public string Address => _app.Urls.Single();

        public IReadOnlyCollection<string> Paths => [.. _requests.Select(request => request.Path)];

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            var receiver = new Receiver(app);
            app.MapPost("/v1/{signal}", async (HttpContext context) =>
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                receiver._requests.Enqueue((context.Request.Path, body.ToArray()));
            });
            await app.StartAsync();
            return receiver;
        }

        public string Text() => string.Concat(_requests.Select(request => Encoding.UTF8.GetString(request.Body)));

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
