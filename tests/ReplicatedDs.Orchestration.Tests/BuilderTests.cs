using Aspire.Hosting.Engine;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.DependencyInjection;

namespace ReplicatedDs.Orchestration.Tests;

public class BuilderTests
{
    [Fact]
    public void Builder_OfAProject_IsABuilderOfWhatAProjectIs()
    {
        var project = DistributedApplication.CreateBuilder([]).AddProject<Service>("service", null);

        Assert.IsAssignableFrom<IResourceBuilder<IResource>>(project);
        Assert.IsAssignableFrom<IResourceBuilder<IResourceWithEndpoints>>(project);
        Assert.IsAssignableFrom<IResourceBuilder<IResourceWithEnvironment>>(project);
    }

    [Fact]
    public void Arguments_KeyEqualsValue_AreConfiguration()
    {
        var builder = DistributedApplication.CreateBuilder(["--Replicas:Count=4", "--Data", "here"]);

        Assert.Equal("4", builder.Configuration["Replicas:Count"]);
        Assert.Equal("here", builder.Configuration["Data"]);
    }

    [Fact]
    public async Task BeforeStart_IsPublished_BeforeAnyResourceStarts_AndItsSubscribersAreAwaited()
    {
        await using var harness = new Harness();
        var service = harness.AddService("service");
        harness.Builder.Services.AddEventingSubscriber<Recorder>();
        harness.Builder.Services.AddSingleton<List<string>>();

        await harness.StartAsync();

        Assert.Equal(["before: no state", "after: Running"], harness.App.Services.GetRequiredService<List<string>>());
    }

    [Fact]
    public async Task Endpoints_HaveTheirPorts_BeforeAnythingStarts_AlsoThoseOfASpare()
    {
        await using var harness = new Harness();
        var spare = harness.AddService("spare").WithExplicitStart();
        var first = harness.AddService("first").WithEnvironment("PORT_OF_SPARE", $"{spare.GetEndpoint("http").Property(EndpointProperty.Port)}");

        await harness.StartAsync();
        await harness.HealthyAsync(first.Resource);

        Assert.Equal(KnownResourceStates.NotStarted, harness.State(spare.Resource));
        var port = (await harness.GetAsync<Dictionary<string, string>>(first, "/env"))["PORT_OF_SPARE"];
        Assert.Equal(spare.GetEndpoint("http").Port.ToString(), port);
        Assert.True((await harness.CommandAsync(spare.Resource, KnownResourceCommands.StartCommand)).Success);
        await harness.HealthyAsync(spare.Resource);
        Assert.Equal(spare.GetEndpoint("http").Port.ToString(), port);
    }

    [Fact]
    public void Endpoint_Proxied_IsServedDirectly_AtItsPublicPort()
    {
        var service = DistributedApplication.CreateBuilder([]).AddProject<Service>("service", null).WithHttpEndpoint(port: 18101, targetPort: 18102, isProxied: true);

        Assert.Equal(18101, Assert.Single(service.Resource.Definition.Endpoints).Port);
    }

    [Fact]
    public async Task LaunchProfile_GivesItsPortsAndVariables_AndCodeWins()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "Properties"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "Properties", "launchSettings.json"), """
            { "profiles": { "http": { "commandName": "Project", "applicationUrl": "http://localhost:18103", "environmentVariables": { "FROM_PROFILE": "profile", "FROM_BOTH": "profile" } } } }
            """);
        var definition = new ResourceDefinition();
        LaunchProfile.Apply("http", Path.Combine(folder.Path, "Service.csproj"), definition);
        var variables = new Dictionary<string, object> { ["FROM_BOTH"] = "code" };
        definition.Environment.ForEach(callback => callback(new EnvironmentCallbackContext(variables)));

        var endpoint = Assert.Single(definition.Endpoints);
        Assert.Equal(("http", 18103), (endpoint.Name, endpoint.Port));
        Assert.Equal("profile", variables["FROM_PROFILE"]);
        Assert.Equal("code", variables["FROM_BOTH"]);
        Assert.Equal("http", variables["DOTNET_LAUNCH_PROFILE"]);
    }

    [Fact]
    public void Resource_WithANameThatExists_IsRefused()
    {
        var builder = DistributedApplication.CreateBuilder([]);
        builder.AddProject<Service>("service", null);

        Assert.Throws<DistributedApplicationException>(() => builder.AddExecutable("Service", "/bin/true", "."));
    }

    private sealed class Recorder(List<string> seen, ResourceNotificationService notifications) : IDistributedApplicationEventingSubscriber
    {
        public Task SubscribeAsync(IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
        {
            eventing.Subscribe<BeforeStartEvent>(async (_, token) =>
            {
                await Task.Delay(50, token);
                Add("before");
            });
            eventing.Subscribe<AfterResourcesCreatedEvent>((_, _) =>
            {
                Add("after");
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        }

        private void Add(string when) =>
            seen.Add($"{when}: {(notifications.TryGetCurrentState("service", out var current) ? current.Snapshot.State!.Text : "no state")}");
    }
}
