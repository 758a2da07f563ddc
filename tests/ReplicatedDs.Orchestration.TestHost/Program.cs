// An app host with a program that does not watch its standard input, a service and another one, for tests that end it from outside.

using ReplicatedDs.Orchestration.TestHost;

var builder = DistributedApplication.CreateBuilder(args);
builder.AddExecutable("program", "/bin/sh", Environment.CurrentDirectory, "-c", "echo program started >> $Test__Trace; trap 'echo program stopped >> $Test__Trace; exit 0' TERM; while :; do sleep 0.05; done");
foreach (var name in (string[])["first", "second"])
{
    builder.AddProject<Service>(name, launchProfileName: null)
        .WithHttpEndpoint(name: "http")
        .WithEnvironment("Test__Name", name)
        .WithHttpHealthCheck("/health");
}

builder.Build().Run();
