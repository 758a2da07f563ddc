using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ReplicatedDs.Replica.Gateways.Resp;
using ReplicatedDs.Replica.Gateways.Text;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Http.Admin;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>The real API and gateway on a real port over a <see cref="TestNode"/>.</summary>
internal sealed class TestReplica : IAsyncDisposable
{
    public const string ClusterKey = "a cluster key of tests";

    private readonly WebApplication _app;

    private TestReplica(WebApplication app, TestNode node, LogLines log)
    {
        (_app, Node, Log) = (app, node, log);
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };
        Operator = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };
        Operator.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ClusterKey);
    }

    public TestNode Node { get; }

    public Uri Address { get; }

    /// <summary>Says nothing about itself.</summary>
    public HttpClient Client { get; }

    /// <summary>Carries the cluster key.</summary>
    public HttpClient Operator { get; }

    public LogLines Log { get; }

    public int Crashes { get; private set; }

    public IServiceProvider Services => _app.Services;

    public IPEndPoint RespEndpoint => Services.GetRequiredService<RespGateway>().Endpoint;

    public IPEndPoint TextEndpoint => Services.GetRequiredService<TextGateway>().Endpoint;

    public static async Task<TestReplica> StartAsync(TestNode? node = null, params (string Key, string Value)[] settings)
    {
        node ??= TestNode.Founded();
        var builder = WebApplication.CreateSlimBuilder();
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Replica:Name"] = "replica-1",
            ["Replica:Lab"] = "true",
            ["Cluster:Key"] = ClusterKey,
            ["Cluster:Members"] = "replica-1=http://replica-1.example:7101;replica-2=http://replica-2.example:7102",
            ["Gateways:Text:Port"] = "0",
            ["Gateways:Resp:Port"] = "0",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        TestReplica? replica = null;
        builder.Services.AddSingleton<IReplicaNode>(node);
        builder.Services.AddSingleton<IUpdateFinder>(node);
        builder.Services.AddSingleton<IReplicaIdSource>(node);
        builder.Services.AddSingleton<IReplicaFacts>(node);
        builder.Services.AddSingleton(node.Time);
        builder.Services.AddSingleton(new CrashSwitch(() => replica!.Crashes++));
        builder.Services.AddReplicaApi(builder.Configuration);
        builder.Services.AddTextGateway(builder.Configuration);
        builder.Services.AddRespGateway(builder.Configuration);
        var app = builder.Build();
        app.MapReplicaApi();
        await app.StartAsync();
        return replica = new TestReplica(app, node, log);
    }

    /// <summary>The answer's JSON after checking its status.</summary>
    public static async Task<JsonNode> JsonAsync(HttpResponseMessage response, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} instead of {(int)expected}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>Checks that the answer is the problem of that name.</summary>
    public static async Task<JsonNode> ProblemAsync(HttpResponseMessage response, string name)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(
            response.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{(int)response.StatusCode} is no problem: {text}");
        var problem = JsonNode.Parse(text)!;
        Assert.Equal("urn:replicated-ds:" + name, (string?)problem["type"]);
        Assert.Equal((int)response.StatusCode, (int?)problem["status"]);
        Assert.EndsWith(".", (string?)problem["title"], StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace((string?)problem["detail"]), text);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Operator.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
