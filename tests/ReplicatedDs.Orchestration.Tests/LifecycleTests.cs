using System.Diagnostics;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ReplicatedDs.Orchestration.Tests;

public class LifecycleTests
{
    [Fact]
    public async Task States_AreSeenInOrder_AndTheExitCodeAtTheEnd()
    {
        await using var harness = new Harness();
        var service = harness.AddService("service");

        await harness.StartAsync();
        await harness.HealthyAsync(service.Resource);
        Assert.Equal(await harness.GetAsync<int>(service, "/pid"), harness.Pid(service.Resource));
        await harness.CommandAsync(service.Resource, KnownResourceCommands.StopCommand);

        await harness.StateAsync(service.Resource, KnownResourceStates.Finished);
        Assert.Equal(0, harness.Snapshot(service.Resource).ExitCode);
        Assert.Empty(harness.Snapshot(service.Resource).Properties);
        await Eventually.TrueAsync(
            () => harness.Seen.Distinct().SequenceEqual(["service NotStarted", "service Starting", "service Running", "service Stopping", "service Finished"]),
            "NotStarted, Starting, Running, Stopping, Finished",
            () => string.Join(", ", harness.Seen));
    }

    [Fact]
    public async Task Stop_DuringTheStart_EndsTheRunQuietly_ThoughASubscriberHearsOfItFirst()
    {
        var builder = DistributedApplication.CreateBuilder(["--environment=Testing"]);
        builder.Services.AddEventingSubscriber<EndsWithTheApplication>();
        var app = builder.Build();
        var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

        // Off the test's synchronization context, so that the subscriber's exception arrives at once.
        await Task.Run(() => app.RunAsync()).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.True(stopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Process_ThatEndsByItself_IsFinishedWithItsExitCode_AndStaysDown()
    {
        await using var harness = new Harness();
        var service = harness.AddService("service");
        await harness.StartAsync();
        await harness.HealthyAsync(service.Resource);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => harness.PostAsync(service, "/test/exit?exitCode=7"));

        await harness.StateAsync(service.Resource, KnownResourceStates.Finished);
        Assert.Equal(7, harness.Snapshot(service.Resource).ExitCode);
        Assert.Null(harness.Snapshot(service.Resource).HealthStatus);
    }

    [Fact]
    public async Task Dependency_IsAwaited_AtEachStart()
    {
        await using var harness = new Harness();
        var first = harness.AddService("first");
        var second = harness.AddService("second").WaitFor(first);
        await harness.StartAsync();
        await harness.HealthyAsync(second.Resource);
        Assert.Contains("second Waiting", harness.Seen);

        await harness.CommandAsync(first.Resource, KnownResourceCommands.StopCommand);
        var restart = harness.CommandAsync(second.Resource, KnownResourceCommands.RestartCommand);
        await harness.StateAsync(second.Resource, KnownResourceStates.Waiting);
        Assert.False(restart.IsCompleted);
        await harness.CommandAsync(first.Resource, KnownResourceCommands.StartCommand);

        Assert.True((await restart).Success);
        await harness.HealthyAsync(second.Resource);
    }

    [Fact]
    public async Task Stop_OfAResourceThatWaits_EndsTheWait()
    {
        await using var harness = new Harness();
        var never = harness.AddService("never").WithExplicitStart();
        var service = harness.AddService("service").WaitFor(never);
        await harness.StartAsync();
        await harness.StateAsync(service.Resource, KnownResourceStates.Waiting);

        await harness.CommandAsync(service.Resource, KnownResourceCommands.StopCommand);

        Assert.Equal(KnownResourceStates.NotStarted, harness.State(service.Resource));
    }

    [Fact]
    public async Task Health_IsAskedOftenUntilGood_AndFollowedAfterwards()
    {
        await using var harness = new Harness();
        var service = harness.AddService("service");
        await harness.StartAsync();
        var running = Stopwatch.GetTimestamp();
        await harness.HealthyAsync(service.Resource);
        Assert.InRange(Stopwatch.GetElapsedTime(running).TotalSeconds, 0, 20);

        await harness.PostAsync(service, "/test/health?value=false");

        await Eventually.TrueAsync(
            () => harness.Snapshot(service.Resource).HealthStatus.ToString() == "Unhealthy", "it is seen to be unhealthy", () => harness.Snapshot(service.Resource));
        Assert.Equal(KnownResourceStates.Running, harness.State(service.Resource));
    }

    [Fact]
    public async Task WaitForHealthy_OfAProcessThatFails_SaysSo()
    {
        await using var harness = new Harness();
        var service = harness.AddService("service").WithEnvironment("Test__Fail", "3");
        await harness.StartAsync();

        var exception = await Assert.ThrowsAsync<DistributedApplicationException>(() => harness.HealthyAsync(service.Resource));

        Assert.Equal("service ended with exit code 3 before it was ready.", exception.Message);
    }

    [Fact]
    public async Task Start_OfAMissingProgram_IsFailedToStart_AndTheOthersRun()
    {
        await using var harness = new Harness();
        var missing = harness.Builder.AddExecutable("missing", "/nonexistent/program", "/nonexistent");
        var service = harness.AddService("service");

        await harness.StartAsync();

        await harness.StateAsync(missing.Resource, KnownResourceStates.FailedToStart);
        await harness.HealthyAsync(service.Resource);
        Assert.False((await harness.CommandAsync(missing.Resource, KnownResourceCommands.StartCommand)).Success);
    }

    [Fact]
    public async Task Start_OfARunningResource_ReplacesItsProcess()
    {
        await using var harness = new Harness();
        var service = harness.AddService("service");
        await harness.StartAsync();
        await harness.HealthyAsync(service.Resource);
        var before = harness.Pid(service.Resource);

        Assert.True((await harness.CommandAsync(service.Resource, KnownResourceCommands.StartCommand)).Success);

        Assert.Null(ProcessTable.Find(before));
        Assert.NotEqual(before, harness.Pid(service.Resource));
    }

    [Fact]
    public async Task Command_IsNotGated_ByTheStateOfItsResource()
    {
        await using var harness = new Harness();
        var called = 0;
        var service = harness.AddService("service").WithExplicitStart().WithCommand("crash", "Crash", context =>
        {
            called++;
            return Task.FromResult(context.ResourceName == "service" ? CommandResults.Success() : CommandResults.Failure("whose?"));
        });
        await harness.StartAsync();

        Assert.True((await harness.CommandAsync(service.Resource, "crash")).Success);
        Assert.Equal(1, called);
        Assert.False((await harness.CommandAsync(service.Resource, "unknown")).Success);
    }

    [Fact]
    public async Task Stop_OfAProcessThatIgnoresSigTerm_KillsItAfterSixSeconds_WithItsChildren()
    {
        await using var harness = new Harness();
        var stubborn = harness.AddService("stubborn").WithEnvironment("Test__IgnoreTerm", "true").WithEnvironment("Test__Child", "true");
        await harness.StartAsync();
        await harness.HealthyAsync(stubborn.Resource);
        var child = await harness.GetAsync<int>(stubborn, "/child");
        Assert.NotNull(ProcessTable.Find(child));
        var asked = Stopwatch.GetTimestamp();

        await harness.CommandAsync(stubborn.Resource, KnownResourceCommands.StopCommand);

        Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalSeconds, 5.9, 30);
        Assert.Equal(137, harness.Snapshot(stubborn.Resource).ExitCode);
        Assert.Null(ProcessTable.Find(child));
    }

    [Fact]
    public async Task Stop_OfAProcessWithAChildThatIgnoresSigTerm_LeavesNoChild()
    {
        await using var harness = new Harness();
        var service = harness.AddService("service").WithEnvironment("Test__Child", "true");
        await harness.StartAsync();
        await harness.HealthyAsync(service.Resource);
        var child = await harness.GetAsync<int>(service, "/child");

        await harness.CommandAsync(service.Resource, KnownResourceCommands.StopCommand);

        Assert.Equal(0, harness.Snapshot(service.Resource).ExitCode);
        Assert.Null(ProcessTable.Find(child));
    }

    [Fact]
    public async Task Program_ThatIsNoService_IsAskedBySigTerm_AndKeepsItsExitCode()
    {
        await using var harness = new Harness();
        var program = harness.Builder.AddExecutable("program", "/bin/sh", "/", "-c", "trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done");
        await harness.StartAsync();
        await LogTests.LineAsync(harness, program.Resource, "ready");

        await harness.CommandAsync(program.Resource, KnownResourceCommands.StopCommand);

        Assert.Equal(5, harness.Snapshot(program.Resource).ExitCode);
    }

    /// <summary>Cancelled inside the callback of ApplicationStopping, so before whoever registered earlier hears of the stop.</summary>
    private sealed class EndsWithTheApplication(IHostApplicationLifetime lifetime) : IDistributedApplicationEventingSubscriber
    {
        public Task SubscribeAsync(IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
        {
            eventing.Subscribe<AfterResourcesCreatedEvent>(async (_, _) =>
            {
                var ended = new TaskCompletionSource();
                lifetime.ApplicationStopping.Register(() => ended.SetCanceled());
                _ = Task.Run(lifetime.StopApplication, CancellationToken.None);
                await ended.Task;
            });
            return Task.CompletedTask;
        }
    }
}
