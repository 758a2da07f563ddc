using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>The services of the RESP gateway.</summary>
public static class RespServices
{
    /// <summary>Adds the gateway if a port is configured for it. Needs <see cref="ApiServices.AddReplicaApi"/>.</summary>
    /// <exception cref="ConfigurationException">The port is no port.</exception>
    public static IServiceCollection AddRespGateway(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (RespOptions.From(configuration) is not { } options)
        {
            return services;
        }

        services.AddSingleton(options);
        services.AddSingleton<RespClients>();
        services.AddSingleton<ScanCursors>();
        services.AddSingleton<RespWrites>();
        services.AddSingleton<RespServer>();
        services.AddSingleton<RespGateway>();
        return services.AddHostedService(provider => provider.GetRequiredService<RespGateway>());
    }
}
