using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ReplicatedDs.Client;
using ReplicatedDs.Client.Registration;

// Where the registrations of other libraries are found too.
#pragma warning disable IDE0130 // Namespace does not match folder structure
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Registers the client.</summary>
public static class ReplicatedDsServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="ReplicatedDsClient"/> for the application, and a <see cref="CausalSession"/> for each scope, such as one web request.
    /// Wrong options stop the host at its start.
    /// </summary>
    /// <param name="configure">Sets the options; they may also be bound to configuration with <c>AddOptions&lt;ReplicatedDsClientOptions&gt;()</c>.</param>
    public static IServiceCollection AddReplicatedDsClient(this IServiceCollection services, Action<ReplicatedDsClientOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<ReplicatedDsClientOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ReplicatedDsClientOptions>, OptionsValidator>());
        services.TryAddSingleton(provider => new ReplicatedDsClient(provider.GetRequiredService<IOptions<ReplicatedDsClientOptions>>().Value));
        services.TryAddScoped(provider => provider.GetRequiredService<ReplicatedDsClient>().StartSession());
        return services;
    }
}
