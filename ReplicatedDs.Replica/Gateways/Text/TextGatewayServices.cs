using System.Net;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Gateways.Text;

/// <summary>The services of the text gateway.</summary>
public static class TextGatewayServices
{
    /// <summary>Adds the gateway if a port is configured for it. Needs <see cref="ApiServices.AddReplicaApi"/>.</summary>
    /// <exception cref="ConfigurationException">The port is no port.</exception>
    public static IServiceCollection AddTextGateway(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (TextGatewayOptions.From(configuration) is not { } options)
        {
            return services;
        }

        services.AddSingleton(options);
        services.AddSingleton<Func<IPAddress?, TextSession>>(provider => source => new TextSession(
            provider.GetRequiredService<IReplicaNode>(),
            provider.GetRequiredService<KeyWriter>(),
            provider.GetRequiredService<KeyLeases>(),
            provider.GetRequiredService<KvReads>(),
            provider.GetRequiredService<KvFind>(),
            provider.GetRequiredService<ApiOptions>(),
            provider.GetRequiredService<KeyGuard>(),
            source));
        services.AddSingleton<TextGateway>();
        return services.AddHostedService(provider => provider.GetRequiredService<TextGateway>());
    }
}
