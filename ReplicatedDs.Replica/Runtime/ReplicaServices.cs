using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Ids;
using ReplicatedDs.Replica.Replication;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>Puts a replica together.</summary>
internal static class ReplicaServices
{
    public static IServiceCollection AddReplica(this IServiceCollection services, ReplicaOptions options)
    {
        services.AddSingleton(options);
        if (options.Tls is { } tls)
        {
            services.AddSingleton(tls);
        }

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<AddressBook>();
        services.AddSingleton<PeerProcesses>();
        services.AddSingleton<PeerHttp>();
        services.AddSingleton<PeerClient>();
        services.AddSingleton<EventRing>();
        services.AddSingleton<Joiner>();
        services.AddSingleton<ReplicaStoreFactory>();
        services.AddSingleton<ReplicaNode>();
        services.AddSingleton<IReplicaNode>(provider => provider.GetRequiredService<ReplicaNode>());
        services.AddSingleton<IUpdateFinder>(provider => provider.GetRequiredService<ReplicaNode>());
        services.AddSingleton<IReplicaFacts>(provider => provider.GetRequiredService<ReplicaNode>());
        services.AddSingleton<IReplicaIdSource, ReplicaIdSource>();
        services.AddHostedService(provider => provider.GetRequiredService<ReplicaNode>());
        services.AddSingleton<IIdAllocator>(provider => options.Redis is { } redis
            ? ActivatorUtilities.CreateInstance<RedisIdAllocator>(provider, redis)
            : ActivatorUtilities.CreateInstance<FileIdAllocator>(provider, options.IdsFile));
        return services;
    }

    /// <summary>
    /// Two ports, since one clear-text port cannot speak HTTP/1.1 and HTTP/2 with prior knowledge: clients on one, replicas on the other.
    /// </summary>
    public static void ListenAs(this ConfigureWebHostBuilder host, ReplicaOptions options) => host.UseSockets(UseMemoryForCalls).ConfigureKestrel(kestrel =>
    {
        foreach (var url in options.Urls)
        {
            kestrel.Listen(IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) ? address : IPAddress.Loopback, url.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                Secure(listen, url.Scheme == "https" ? options.Tls : null, isForPeers: false);
            });
        }

        kestrel.Listen(options.PeerListen, options.PeerPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            Secure(listen, options.Tls, isForPeers: true);
            listen.UsePrefaceDeadline(kestrel.ApplicationServices.GetRequiredService<ApiOptions>().SlowMax, kestrel.ApplicationServices.GetRequiredService<TimeProvider>());
        });
        kestrel.Limits.Http2.InitialStreamWindowSize = 4 << 20;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 8 << 20;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(2);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
    });

    /// <summary>A page for each connection, whose number is bounded, and one call of the system less for each request.</summary>
    private static void UseMemoryForCalls(SocketTransportOptions sockets) => sockets.WaitForDataBeforeAllocatingBuffer = false;

    private static void Secure(ListenOptions listen, TlsIdentity? tls, bool isForPeers)
    {
        if (tls is not null)
        {
            var server = tls.ForServer(isForPeers);
            listen.UseHttps((_, _, _, _) => ValueTask.FromResult(server), null!);
        }
    }

    /// <summary>Gives the <c>peer</c> port a pipeline of its own: nothing of the client API is there, and nothing of replication elsewhere.</summary>
    public static void UsePeerPort(this IApplicationBuilder app, ReplicaOptions options) =>
        app.MapWhen(context => context.Connection.LocalPort == options.PeerPort, peer => peer.MapPeerApi(options));
}
