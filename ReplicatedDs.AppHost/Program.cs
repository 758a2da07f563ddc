// The cluster on one machine: Redis for ids, N replicas, spares that can join, a dashboard.
// Compiles unchanged against the real Aspire packages (-p:Feed=full) and against the in-repo engine.

using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ReplicatedDs.AppHost;
using ReplicatedDs.AppHost.Cluster;
using ReplicatedDs.AppHost.Control;
using ReplicatedDs.AppHost.Redis;
using ReplicatedDs.AppHost.Settings;

try
{
    if (CommandLine.AsksForHelp(args))
    {
        Console.Out.Write(SettingsTable.Help());
        return 0;
    }

    var builder = DistributedApplication.CreateBuilder(args);
    var settings = AppHostSettings.Read(builder.Configuration);
    using var data = DataFolder.Open(settings.Data);
    var redisProgram = settings.Redis is null ? RedisServer.OnPath() : null;
    var plan = ClusterPlan.Create(settings, data, redisProgram is not null, new PortBook(settings.FixedPorts, Console.Out));
    DistributedApplication? app = null;

    // ---- Redis: a given one, else a redis-server of our own, else null: the replicas' file allocator -------------------

    IResourceBuilder<IResourceWithConnectionString>? redis = null;
    IResourceBuilder<ExecutableResource>? redisServer = null;

    if (settings.Redis is not null)
    {
        redis = builder.AddConnectionString("redis");
        Console.Out.WriteLine($"Ids come from the Redis at {settings.Redis.Split(',')[0]}: ConnectionStrings:redis names it.");
    }
    else if (redisProgram is not null)
    {
        redisServer = builder.AddExecutable("redis-server", redisProgram, data.Redis)
            .WithEndpoint(port: plan.RedisPort, scheme: "tcp", name: "tcp", isProxied: false)
            .WithHealthCheck("redis-ping")
            .WithCommand("crash", "Crash (SIGKILL)", context => Crash.KillAsync(app!.ResourceNotifications, context));
        var port = redisServer.GetEndpoint("tcp").Property(EndpointProperty.TargetPort);
        redisServer.WithArgs(context =>
        {
            object[] words = ["--bind", "127.0.0.1", "--port", port, "--dir", data.Redis, "--appendonly", "yes"]; // ids must survive its restart
            Array.ForEach(words, context.Args.Add);
        });
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration("redis-ping", new RedisPing(plan.RedisPort!.Value), failureStatus: null, tags: null));
        redis = builder.AddConnectionString("redis", ReferenceExpression.Create($"127.0.0.1:{port}"));
        Console.Out.WriteLine($"Ids come from {redisProgram} on port {plan.RedisPort}: no ConnectionStrings:redis is given, and PATH has a redis-server.");
    }
    else
    {
        Console.Out.WriteLine($"Ids come from the file {data.Ids}: no ConnectionStrings:redis is given, and PATH has no redis-server.");
    }

    // ---- Replicas ----------------------------------------------------------------------------------------------------
    // One resource each, not WithReplicas(n): a replica has an identity, ports and commands of its own. Not proxied: a
    // proxy would accept connections for a dead one. No WaitFor: it would be awaited again on every start, and a replica
    // that has its id must start without Redis and without the others.

    var accessKeys = settings.Keys ? data.AccessKeys() : null;
    if (accessKeys is not null)
    {
        Console.Out.WriteLine($"Callers of the replicas need a key: {accessKeys} has one for each role.");
    }

    var otlpKey = builder.AddParameter("otlp-key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);
    var replicas = plan.Slots.Select(AddReplica).ToList();

    // ---- Control API and dashboard -----------------------------------------------------------------------------------

    var controlToken = builder.AddParameter("control-token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);
    var dashboardToken = builder.AddParameter("dashboard-token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);
    IResourceBuilder<ProjectResource>? dashboard = null;
    if (plan.DashboardPort is not null)
    {
        dashboard = builder.AddProject<Projects.ReplicatedDs_Dashboard>("dashboard", launchProfileName: null)
            .WithHttpEndpoint(port: plan.DashboardPort, name: "http", isProxied: false)
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName)
            .WithEnvironment("ASPNETCORE_URLS", plan.DashboardUrl)
            .WithEnvironment("Cluster__Members", Members(slot => slot.Http))
            .WithEnvironment("Cluster__Key", data.ClusterKey) // also its key at replicas that ask for one
            .WithEnvironment("Control__Url", plan.ControlUrl)
            .WithEnvironment("Control__Token", controlToken)
            .WithEnvironment("Dashboard__Token", dashboardToken)
            .WithEnvironment("Dashboard__OtlpKey", otlpKey)
            .WithHttpHealthCheck("/health")
            .WithCommand("crash", "Crash (SIGKILL)", context => Crash.KillAsync(app!.ResourceNotifications, context));
    }

    builder.Services.AddSingleton(new ClusterOptions
    {
        Plan = plan,
        Data = data,
        Replicas = [.. replicas.Select(replica => replica.Resource)],
        Dashboard = dashboard?.Resource,
        RedisServer = redisServer?.Resource,
        Redis = settings.Redis?.Split(',')[0] ?? (plan.RedisPort is { } redisPort ? $"127.0.0.1:{redisPort}" : null),
        ControlToken = controlToken.Resource,
        DashboardToken = dashboardToken.Resource,
    });
    builder.Services.AddSingleton<ClusterView>().AddSingleton<ClusterFile>().AddSingleton<ClusterCommands>().AddSingleton<LastWords>();
    builder.Services.AddEventingSubscriber<ControlApi>();
    builder.Services.AddEventingSubscriber<ClusterStart>();

    app = builder.Build();
    app.Run();
    Console.Out.WriteLine($"Stopped; the data is in {data.Root}.");
    return 0;

    IResourceBuilder<ProjectResource> AddReplica(ReplicaSlot slot)
    {
        var replica = builder.AddProject<Projects.ReplicatedDs_Replica>(slot.Name, launchProfileName: null)
            .WithHttpEndpoint(port: slot.HttpPort, name: "http", isProxied: false)
            .WithEndpoint(port: slot.PeerPort, scheme: "tcp", name: "peer", env: "Replication__Port", isProxied: false)
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", builder.Environment.EnvironmentName) // not inherited, and no launch profile sets it
            .WithEnvironment("ASPNETCORE_URLS", slot.Http)
            .WithEnvironment("Replica__Name", slot.Name)
            .WithEnvironment("Replica__Data", data.Replica(slot.Name))
            .WithEnvironment("Replica__Durability", settings.Durability)
            .WithEnvironment("Replica__TrustDisk", settings.TrustDisk ? "true" : "false")
            .WithEnvironment("Replica__Lab", settings.Lab ? "true" : "false")
            .WithEnvironment("Ids__File", data.Ids)
            .WithEnvironment("Cluster__Key", data.ClusterKey)
            .WithEnvironment("Cluster__Members", Members(other => other.Http))
            .WithEnvironment("Cluster__Peers", Members(other => other.Peer))
            .WithEnvironment(context => // at each start anew: once anybody has an identity, nobody founds
                context.EnvironmentVariables["Replica__Found"] = slot.Number == 1 && !data.HasAnyIdentity() ? "true" : "false")
            .WithHttpHealthCheck("/health")
            .WithCommand("crash", "Crash (SIGKILL)", context => Crash.KillAsync(app!.ResourceNotifications, context), new CommandOptions
            {
                Description = "Kills the process at once: no shutdown handlers, no final flush.",
            });

        if (accessKeys is not null)
        {
            replica.WithEnvironment("Security__KeysFile", accessKeys);
        }

        if (slot.RespPort is not null)
        {
            replica.WithEndpoint(port: slot.RespPort, scheme: "tcp", name: "resp", env: "Gateways__Resp__Port", isProxied: false);
        }

        if (slot.TextPort is not null)
        {
            replica.WithEndpoint(port: slot.TextPort, scheme: "tcp", name: "text", env: "Gateways__Text__Port", isProxied: false);
        }

        if (redis is not null)
        {
            replica.WithReference(redis);
        }

        if (plan.DashboardUrl is not null) // its Traces page is drawn from what the replicas export
        {
            replica.WithEnvironment("Dashboard__Otlp", plan.DashboardUrl).WithEnvironment("Dashboard__OtlpKey", otlpKey);
        }

        return plan.AtOnce.Contains(slot.Number) ? replica : replica.WithExplicitStart();
    }

    string Members(Func<ReplicaSlot, string> address) => string.Join(';', plan.Slots.Select(slot => $"{slot.Name}={address(slot)}"));
}
catch (RefusedException refused)
{
    Console.Error.WriteLine(refused.Message);
    return 2;
}
catch (InvalidDataException exception) // appsettings.json
{
    Console.Error.WriteLine($"{exception.Message.TrimEnd('.')}: {exception.InnerException?.Message}");
    return 2;
}
