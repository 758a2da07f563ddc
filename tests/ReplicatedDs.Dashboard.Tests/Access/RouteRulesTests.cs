using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ReplicatedDs.Dashboard.Access;

namespace ReplicatedDs.Dashboard.Tests.Access;

/// <summary>Every route of the dashboard, as it is mapped, before every kind of caller. A new route without a rule fails here.</summary>
public sealed class RouteRulesTests : IAsyncLifetime
{
    private static readonly string[] Bodies = ["GET", "POST"];

    private RunningDashboard _dashboard = null!;

    public async Task InitializeAsync() => _dashboard = await RunningDashboard.StartAloneAsync("--Dashboard:OtlpKey", RunningDashboard.OtlpKey);

    public async Task DisposeAsync() => await _dashboard.DisposeAsync();

    [Fact]
    public void EveryRoute_HasARule()
    {
        var without = Mapped().Where(pattern => RouteRules.Find(pattern) is null).ToList();
        Assert.True(without.Count == 0, $"Access/RouteRules.cs has no rule for {string.Join(", ", without)}");
        var gone = RouteRules.All.Where(rule => !Mapped().Contains(rule.Pattern, StringComparer.OrdinalIgnoreCase)).Select(rule => rule.Pattern).ToList();
        Assert.True(gone.Count == 0, $"Access/RouteRules.cs has rules for {string.Join(", ", gone)}, which are not there");
    }

    public static TheoryData<string?> Cookies => [null, "", "wrong", RunningDashboard.Token];

    [Theory]
    [MemberData(nameof(Cookies))]
    public async Task EveryRoute_WithoutTheRightCredential_IsRefused(string? cookie)
    {
        foreach (var rule in RouteRules.All.Concat(RouteRules.OfFramework).Where(rule => rule.Access is RouteAccess.SignedIn or RouteAccess.Telemetry))
        {
            foreach (var method in Bodies)
            {
                using var request = Request(method, rule.Pattern);
                if (cookie is not null)
                {
                    request.Headers.Add("Cookie", $"replicated-ds-{_dashboard.Address.Port}={cookie}");
                    request.Headers.Add("x-otlp-api-key", cookie);
                }

                using var response = await _dashboard.Http.SendAsync(request);
                Assert.True(
                    response.StatusCode == HttpStatusCode.Unauthorized || (response.StatusCode == HttpStatusCode.MethodNotAllowed && rule.Access == RouteAccess.Telemetry),
                    $"{method} {rule.Pattern} with {cookie ?? "no cookie"}: {(int)response.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task EveryPage_WithTheCookie_Answers()
    {
        await _dashboard.SignInAsync();
        foreach (var rule in RouteRules.All.Where(rule => rule.Access is RouteAccess.SignedIn or RouteAccess.Open && !rule.Pattern.StartsWith("/hubs", StringComparison.Ordinal)))
        {
            using var response = await _dashboard.Http.SendAsync(Request("GET", rule.Pattern));
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{rule.Pattern}: {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task EveryRoute_AskedForUnderAForeignName_IsMisdirected()
    {
        await _dashboard.SignInAsync();
        foreach (var rule in RouteRules.All)
        {
            foreach (var host in (string[])["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "169.254.169.254"])
            {
                using var request = Request("GET", rule.Pattern);
                request.Headers.Host = host;
                using var response = await _dashboard.Http.SendAsync(request);
                Assert.True(response.StatusCode == HttpStatusCode.MisdirectedRequest, $"{rule.Pattern} as {host}: {(int)response.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task EveryRoute_CalledByAPageOfAnotherOrigin_IsRefusedEvenWithTheCookie()
    {
        await _dashboard.SignInAsync();
        foreach (var rule in RouteRules.All)
        {
            using var request = Request("POST", rule.Pattern);
            request.Headers.Add("Origin", "http://evil.example");
            using var response = await _dashboard.Http.SendAsync(request);
            Assert.True(response.StatusCode == HttpStatusCode.Forbidden, $"{rule.Pattern}: {(int)response.StatusCode}");
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"), rule.Pattern);
        }
    }

    [Theory]
    [InlineData("/hubs/cluster")]
    [InlineData("/hubs/causality")]
    [InlineData("/_blazor")]
    public async Task Socket_WithoutCookieOrOfAnotherOrigin_IsNotOpened(string path)
    {
        var address = new UriBuilder(_dashboard.Address) { Scheme = "ws", Path = path }.Uri;
        using var stranger = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => stranger.ConnectAsync(address, CancellationToken.None));
        await _dashboard.SignInAsync();
        using var foreign = new ClientWebSocket();
        foreign.Options.Cookies = _dashboard.Cookies;
        foreign.Options.SetRequestHeader("Origin", "http://evil.example");
        await Assert.ThrowsAsync<WebSocketException>(() => foreign.ConnectAsync(address, CancellationToken.None));
        using var own = new ClientWebSocket();
        own.Options.Cookies = _dashboard.Cookies;
        await own.ConnectAsync(address, CancellationToken.None);
        Assert.Equal(WebSocketState.Open, own.State);
    }

    [Fact]
    public async Task Request_WithTooLongALineOrHead_IsRefused()
    {
        using var longLine = await _dashboard.Http.GetAsync(new Uri("/" + new string('a', 16 << 10), UriKind.Relative));
        Assert.Equal(HttpStatusCode.RequestUriTooLong, longLine.StatusCode);
        using var request = Request("GET", "/health");
        request.Headers.Add("X-Long", new string('a', 64 << 10));
        using var longHead = await _dashboard.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, longHead.StatusCode);
    }

    [Fact]
    public async Task Request_WhoseHeadNeverEnds_IsCutOff()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _dashboard.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"u8.ToArray());
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var buffer = new byte[4096];
        var answer = "";
        for (int read; (read = await stream.ReadAsync(buffer, deadline.Token)) > 0;)
        {
            answer += System.Text.Encoding.ASCII.GetString(buffer, 0, read);
        }

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
    }

    /// <summary>What is mapped, but for the files of the pages, which hold no secret.</summary>
    private List<string> Mapped() =>
    [
        .. _dashboard.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/'))
            .Where(pattern => !IsFile(pattern))
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    private static bool IsFile(string pattern) =>
        pattern.StartsWith("/_framework/", StringComparison.Ordinal) || pattern.StartsWith("/_content/", StringComparison.Ordinal) || pattern is "/_blazor/disconnect" or "/_blazor/initializers" or "/_blazor/disconnect/";

    private static HttpRequestMessage Request(string method, string pattern) =>
        new(new HttpMethod(method), pattern.Replace("{Id}", "siblings", StringComparison.Ordinal).Replace("{TraceId}", "0af7651916cd43dd8448eb211c80319c", StringComparison.Ordinal)) { Content = method == "POST" ? new ByteArrayContent([]) : null };
}
