using System.Reflection;

namespace Aspire.Hosting.Engine;

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly List<Resource> _resources = [];

    public DistributedApplicationBuilder(string[] args)
    {
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = FindContentRoot() });
        _host.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning); // the application says the same in its own words
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // polled: an unhealthy start is no error
        _host.Services.AddHealthChecks();
        _host.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));
        _host.Services.AddSingleton(new DistributedApplicationExecutionContext());
        _host.Services.AddSingleton(new ResourceNotificationService());
        _host.Services.AddSingleton(new ResourceLoggerService());
        _host.Services.AddSingleton(new EventHub());
        _host.Services.AddSingleton<IDistributedApplicationEventing>(services => services.GetRequiredService<EventHub>());
        _host.Services.AddSingleton(CreateOrchestrator);
        _host.Services.AddSingleton(services => new ResourceCommandService(services.GetRequiredService<Orchestrator>()));
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public DistributedApplication Build() => new(_host.Build());

    public IResourceBuilder<T> Add<T>(T resource)
        where T : Resource
    {
        if (_resources.Exists(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new DistributedApplicationException($"There are two resources named '{resource.Name}'.");
        }

        _resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    private Orchestrator CreateOrchestrator(IServiceProvider services) => new(
        _resources,
        new LaunchPlan(Configuration, Environment),
        services.GetRequiredService<ResourceNotificationService>(),
        services.GetRequiredService<ResourceLoggerService>(),
        services.GetRequiredService<HealthCheckService>(),
        services.GetRequiredService<ILoggerFactory>());

    /// <summary>Where appsettings.json lies: the app host's project, or what was published of it.</summary>
    private static string FindContentRoot() => Assembly.GetEntryAssembly()?.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "AppHostProjectPath")?.Value is { } project && Directory.Exists(project)
            ? project
            : AppContext.BaseDirectory;
}
