using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Radzen;
using ReplicatedDs.Dashboard.Access;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Causality;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Components;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.History;
using ReplicatedDs.Dashboard.Hubs;
using ReplicatedDs.Dashboard.Lessons;
using ReplicatedDs.Dashboard.Otlp;
using ReplicatedDs.Dashboard.Palette;
using ReplicatedDs.Dashboard.Past;
using ReplicatedDs.Dashboard.Scenario;
using ReplicatedDs.Dashboard.Views;
using ReplicatedDs.ServiceDefaults;
using ReplicatedDs.ServiceDefaults.Access;

namespace ReplicatedDs.Dashboard;

/// <summary>Puts the dashboard together; the tests start it by this as well.</summary>
internal static class DashboardHost
{
    private const string CollectorClient = "collector";
    private const string ActionClient = "actions";
    private const int ConnectionsMax = 1024;

    // Not recorded, says its last figure: what the collector asks of replicas many times a second would fill every trace store.
    private const string Untraced = "00-00000000000000000000000000000001-0000000000000001-00";

    /// <exception cref="ConfigurationProblemException">The dashboard cannot start with this configuration.</exception>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(DashboardHost).Assembly.GetName().Name,
            ContentRootPath = Directory.Exists("wwwroot") ? Directory.GetCurrentDirectory() : AppContext.BaseDirectory,
        });
        var options = DashboardOptionsReader.Read(builder.Configuration, builder.Environment.IsDevelopment());

        if (builder.Configuration["Tls:CertificateFile"] is { Length: > 0 } certificate)
        {
            builder.Configuration.AddInMemoryCollection([new("Kestrel:Certificates:Default:Path", certificate), new("Kestrel:Certificates:Default:KeyPath", builder.Configuration["Tls:KeyFile"])]);
        }

        // The login address carries the secret, and the hosting layer logs addresses.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);

        // A port that is taken is told in one sentence at the end, not with a stack trace before it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxConcurrentUpgradedConnections = ConnectionsMax / 2; // Sockets of pages must not keep out their files.
        });
        StaticWebAssetsLoader.UseStaticWebAssets(builder.Environment, builder.Configuration);

        builder.AddServiceDefaults();
        AddServices(builder.Services, options);
        var app = builder.Build();
        Map(app);
        return app;
    }

    private static void AddServices(IServiceCollection services, DashboardOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);

        // Nothing that is protected outlives the process: the login cookie is not, and pages of an earlier process are loaded anew.
        services.AddDataProtection().AddKeyManagementOptions(keys => (keys.XmlRepository, keys.XmlEncryptor) = (new KeysInMemory(), new NullXmlEncryptor()));
        services.AddSingleton<AccessTicket>();
        services.AddSingleton(provider => new FailedAttempts(
            provider.GetRequiredService<TimeProvider>(), LoginEndpoints.AddressFailuresMax, LoginEndpoints.LockedOut, LoginEndpoints.FailuresMax));
        services.AddAuthentication(TicketAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, TicketAuthenticationHandler>(TicketAuthenticationHandler.SchemeName, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());

        services.AddHttpClient(CollectorClient, client =>
        {
            client.Timeout = Timeout.InfiniteTimeSpan;
            client.DefaultRequestHeaders.Add("traceparent", Untraced);
            Present(client, options);
        }).ConfigurePrimaryHttpMessageHandler(Handler).RemoveAllLoggers();
        services.AddHttpClient(ActionClient, client =>
        {
            client.Timeout = Timeout.InfiniteTimeSpan;
            Present(client, options);
        }).ConfigurePrimaryHttpMessageHandler(Handler).RemoveAllLoggers();
        services.AddSingleton(provider => new EventLog(DashboardOptions.EventCapacity, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ClusterStore>();
        services.AddSingleton(provider => new ReplicaReader(Client(provider, CollectorClient), options));
        services.AddSingleton(provider => new ControlFollower(
            new ControlReader(Client(provider, CollectorClient), options),
            provider.GetRequiredService<ClusterStore>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ControlFollower>>()));
        services.AddSingleton<ViewPublisher>();
        services.AddHostedService<CollectorService>();

        services.AddSingleton(provider => new KeyActions(Client(provider, ActionClient), new SessionTokens(options), provider.GetRequiredService<ClusterStore>()));
        services.AddSingleton(provider => new LinkActions(Client(provider, ActionClient), options, provider.GetRequiredService<ClusterStore>()));
        services.AddSingleton(provider => new ProcessActions(
            Client(provider, ActionClient),
            options,
            provider.GetRequiredService<ClusterStore>(),
            provider.GetRequiredService<ControlFollower>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddScoped<NoticeBoard>();
        services.AddScoped<ViewPause>();
        services.AddScoped<ReplicaFocus>();
        services.AddSingleton<PaletteSearch>();
        services.AddScoped<PaletteDesk>();
        services.AddOtlpReceiver();
        services.AddSingleton<LessonTools>();
        services.AddSingleton<LessonStage>();
        services.AddHostedService(provider => provider.GetRequiredService<LessonStage>());
        services.AddScoped<ViewerSeat>();
        services.AddScoped<CircuitHandler>(provider => provider.GetRequiredService<ViewerSeat>());

        services.AddSingleton<ViewerRegistry>();
        services.AddSignalR().AddHubOptions<ClusterHub>(hub => hub.MaximumReceiveMessageSize = 4096); // Viewers send nothing.
        services.AddSingleton(new DiagramLog());
        services.AddSingleton<DiagramFrames>();
        services.AddHostedService<DiagramFollower>();
        services.AddSingleton(new UpdateIndex());
        services.AddSingleton<Measures>();
        services.AddSingleton<ContinuousCheck>();
        services.AddSingleton(provider => new TimeMachine(provider.GetRequiredService<ClusterStore>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<HistoryFollower>();
        services.AddSignalR().AddHubOptions<DiagramHub>(hub =>
        {
            hub.MaximumReceiveMessageSize = 4096; // Viewers send numbers.
            hub.MaximumParallelInvocationsPerClient = 2; // Scrolling back must not wait for news.
        });
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddRadzenComponents();
    }

    private static void Map(WebApplication app)
    {
        app.UseServerSpans("/_blazor", "/hubs", "/v1");
        app.UseMiddleware<RequestGuard>();
        app.UseStaticFiles();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapHealthChecks("/health").AllowAnonymous();
        app.MapHealthChecks("/alive").AllowAnonymous();
        app.MapLogin();
        app.MapOtlp();
        app.MapHub<ClusterHub>("/hubs/cluster");
        app.MapHub<DiagramHub>("/hubs/causality");
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }

    /// <summary>What a replica asks for that knows its callers; the control API gets its own token, request by request.</summary>
    private static void Present(HttpClient client, DashboardOptions options)
    {
        if (options.ReplicaKey is { } key)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    private static HttpClient Client(IServiceProvider provider, string name) => provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private static SocketsHttpHandler Handler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(1),
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        // A click is a request of its own, not a part of the visitor's connection: each write has its own trace.
        ActivityHeadersPropagator = System.Diagnostics.DistributedContextPropagator.CreateNoOutputPropagator(),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
    };
}
