using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace ReplicatedDs.Client.Tests.StandIn;

/// <summary>A server that answers as a replica would, as each test has it.</summary>
internal sealed class StandInReplica : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<SeenRequest> _seen = new();

    private StandInReplica(WebApplication server, Uri address)
    {
        _server = server;
        Address = address;
    }

    public Uri Address { get; }

    /// <value>What arrived, in order.</value>
    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    /// <value>How it answers.</value>
    public Func<SeenRequest, HttpContext, Task> Answer { get; set; } = (_, context) => Answers.WrittenAsync(context, "k", "1#1");

    public static async Task<StandInReplica> StartAsync(Func<SeenRequest, HttpContext, Task>? answer = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        StandInReplica? replica = null;
        server.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var request = new SeenRequest(
                context.Request.Method,
                context.Features.Get<IHttpRequestFeature>()!.RawTarget,
                await reader.ReadToEndAsync(context.RequestAborted),
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
            replica!._seen.Enqueue(request);
            await replica.Answer(request, context);
        });
        await server.StartAsync();
        replica = new StandInReplica(server, new Uri(server.Urls.Single()));
        if (answer is not null)
        {
            replica.Answer = answer;
        }

        return replica;
    }

    /// <summary>An address where nobody listens.</summary>
    public static async Task<Uri> NobodyAsync()
    {
        await using var gone = await StartAsync();
        return gone.Address;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync(); // requests that are still open are not waited for
        await _server.StopAsync(now.Token);
        await _server.DisposeAsync();
    }
}
