using System.Net.Http.Headers;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ReplicatedDs.Replica.Gateways;
using ReplicatedDs.Replica.Http.Admin;
using ReplicatedDs.Replica.Http.Cluster;
using ReplicatedDs.Replica.Http.Docs;
using ReplicatedDs.Replica.Http.Events;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Lab;
using ReplicatedDs.Replica.Http.Listing;
using ReplicatedDs.Replica.Http.Snapshots;
using ReplicatedDs.Replica.Http.Transactions;
using ReplicatedDs.Replica.Http.Watch;
using ReplicatedDs.Replica.Http.Why;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.ServiceDefaults.Access;

namespace ReplicatedDs.Replica.Http;

/// <summary>The services behind the HTTP API.</summary>
public static class ApiServices
{
    private static readonly TimeSpan HeadMax = TimeSpan.FromSeconds(15);

    // Before a rate says anything.
    private static readonly TimeSpan GraceMax = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds them, with the server's limits. Wanted from elsewhere: <see cref="Runtime.IReplicaNode"/>, <see cref="IUpdateFinder"/>,
    /// <see cref="IReplicaIdSource"/>, <see cref="IReplicaFacts"/>.
    /// </summary>
    /// <exception cref="Runtime.ConfigurationException">A setting is missing or wrong; the message is one sentence.</exception>
    public static IServiceCollection AddReplicaApi(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = ApiOptions.From(configuration);
        services.AddSingleton(options);
        services.AddSingleton(AccessKeys.Read(configuration["Security:KeysFile"] is { Length: > 0 } file ? file : null, options.ClusterKeys));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new FailedAttempts(provider.GetRequiredService<TimeProvider>(), options.WrongKeysMax, options.WrongKeysWindow));
        services.AddSingleton<KeyGuard>();
        services.TryAddSingleton<CrashSwitch>();
        services.AddSingleton<KeyLeases>();
        services.AddSingleton<KeyWriter>();
        services.AddSingleton<KvReads>();
        services.AddSingleton<KvWrites>();
        services.AddSingleton<KvFind>();
        services.AddSingleton<TransactionCalls>();
        services.AddSingleton<SnapshotCalls>();
        services.AddSingleton<ListCalls>();
        services.AddSingleton<WatchFeed>();
        services.AddSingleton<KeyWhy>();
        services.AddSingleton<PendingViews>();
        services.AddSingleton<StableViews>();
        services.AddSingleton<MemberViews>();
        services.AddSingleton<StatusViews>();
        services.AddSingleton<MetricsText>();
        services.AddSingleton<EventFeed>();
        services.AddSingleton<LinkFaults>();
        services.AddSingleton<HandDeliveries>();

        services.AddHttpClient(KvFind.ClientName, (provider, client) =>
            {
                client.Timeout = KvFind.Timeout;
                client.MaxResponseContentBufferSize = 64 << 10;
                if (!provider.GetRequiredService<AccessKeys>().IsOpen)
                {
                    client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ClusterKeys.Current);
                }
            })
            .ConfigurePrimaryHttpMessageHandler(provider => new SocketsHttpHandler
            {
                UseProxy = false,
                AllowAutoRedirect = false,
                UseCookies = false,
                SslOptions = provider.GetService<TlsIdentity>()?.ForClients() ?? new(),
            })
            .RemoveAllLoggers();

        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Relaxed));
        services.AddOpenApi("v1", options => options
            .AddOperationTransformer<DescribeOperations>()
            .AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = "ReplicatedDs replica";
                document.Info.Description = "Reads and writes at one replica of a causally consistent store. Every error is problem+json (RFC 9457).";
                return Task.CompletedTask;
            }));
        services.Configure<KestrelServerOptions>(server => Limit(server, options));
        return services;
    }

    private static void Limit(KestrelServerOptions server, ApiOptions options)
    {
        server.AddServerHeader = false;
        var limits = server.Limits;

        // A key has 3,072 characters at most in a target, and a token a few hundred in a header; longer keys still get a sentence.
        limits.MaxRequestLineSize = 32 << 10;
        limits.MaxRequestHeadersTotalSize = 32 << 10;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxConcurrentConnections = options.ConnectionsMax;
        limits.RequestHeadersTimeout = options.SlowMax < HeadMax ? options.SlowMax : HeadMax;
        limits.MinRequestBodyDataRate = limits.MinResponseDataRate = new MinDataRate(options.BytesPerSecondMin, options.SlowMax < GraceMax ? options.SlowMax : GraceMax);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
    }
}
