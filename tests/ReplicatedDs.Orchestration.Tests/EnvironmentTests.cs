namespace ReplicatedDs.Orchestration.Tests;

public class EnvironmentTests
{
    [Fact]
    public async Task Values_AreReadAnew_AtEachStart()
    {
        await using var harness = new Harness();
        var starts = 0;
        var service = harness.AddService("service").WithEnvironment(context => context.EnvironmentVariables["START"] = (++starts).ToString());

        await harness.StartAsync();
        await harness.HealthyAsync(service.Resource);
        Assert.Equal("1", (await harness.GetAsync<Dictionary<string, string>>(service, "/env"))["START"]);

        Assert.True((await harness.CommandAsync(service.Resource, KnownResourceCommands.RestartCommand)).Success);
        await harness.HealthyAsync(service.Resource);
        Assert.Equal("2", (await harness.GetAsync<Dictionary<string, string>>(service, "/env"))["START"]);
    }

    [Fact]
    public async Task Project_GetsItsEnvironment_AndNotTheHosts()
    {
        Environment.SetEnvironmentVariable("ASPNETCORE_URLS", "http://localhost:1");
        Environment.SetEnvironmentVariable("DOTNET_LAUNCH_PROFILE", "host");
        Environment.SetEnvironmentVariable("INHERITED", "yes");
        try
        {
            await using var harness = new Harness("--ConnectionStrings:redis=127.0.0.1:18104");
            var token = harness.Builder.AddParameter("token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);
            var service = harness.AddService("service")
                .WithEndpoint(scheme: "tcp", name: "text", env: "TEXT_PORT")
                .WithEnvironment("TOKEN", token)
                .WithEnvironment("PLAIN", "text")
                .WithReference(harness.Builder.AddConnectionString("redis"))
                .WithArgs(context => context.Args.Add("--last"));

            await harness.StartAsync();
            await harness.HealthyAsync(service.Resource);
            var environment = await harness.GetAsync<Dictionary<string, string>>(service, "/env");

            Assert.Equal($"http://localhost:{service.GetEndpoint("http").Port}", environment["ASPNETCORE_URLS"]);
            Assert.Equal(service.GetEndpoint("text").Port.ToString(), environment["TEXT_PORT"]);
            Assert.Equal(await token.Resource.GetValueAsync(CancellationToken.None), environment["TOKEN"]);
            Assert.Equal(32, environment["TOKEN"].Length);
            Assert.Equal("text", environment["PLAIN"]);
            Assert.Equal("127.0.0.1:18104", environment["ConnectionStrings__redis"]);
            Assert.Equal("simple", environment["LOGGING__CONSOLE__FORMATTERNAME"]);
            Assert.Equal("stdin", environment["Lifetime__Parent"]);
            Assert.Equal("yes", environment["INHERITED"]);
            Assert.DoesNotContain("DOTNET_LAUNCH_PROFILE", environment.Keys);
            Assert.DoesNotContain(environment.Keys, name => name.StartsWith("OTEL_", StringComparison.Ordinal));
            Assert.Equal(["--last"], await harness.GetAsync<string[]>(service, "/args"));
            Assert.Equal([Path.GetDirectoryName(new Service().ProjectPath)!], await harness.GetAsync<string[]>(service, "/folder"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("ASPNETCORE_URLS", null);
            Environment.SetEnvironmentVariable("DOTNET_LAUNCH_PROFILE", null);
            Environment.SetEnvironmentVariable("INHERITED", null);
        }
    }

    [Fact]
    public async Task Project_GetsTelemetryVariables_OnlyWhereACollectorIsConfigured()
    {
        await using var harness = new Harness("--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:18105");
        var service = harness.AddService("service");

        await harness.StartAsync();
        await harness.HealthyAsync(service.Resource);
        var environment = await harness.GetAsync<Dictionary<string, string>>(service, "/env");

        Assert.Equal("http://127.0.0.1:18105", environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("grpc", environment["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.Equal("service", environment["OTEL_SERVICE_NAME"]);
        Assert.StartsWith("service.instance.id=", environment["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.DoesNotContain("OTEL_BSP_SCHEDULE_DELAY", environment.Keys);
    }
}
