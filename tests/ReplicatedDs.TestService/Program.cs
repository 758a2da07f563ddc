// A service whose behaviour a test chooses by environment variables:
//   Test__Fail=<code>      says so on stderr and exits
//   Test__IgnoreTerm=true  goes on after SIGTERM
//   Test__Child=true       starts a child process that ignores SIGTERM, its pid in /child
//   Test__Trace=<file>     appends "<name> started" and "<name> stopped"
// With Replica__Data it is a stand-in for a replica.

using System.Collections;
using System.Diagnostics;
using System.Runtime.InteropServices;
using ReplicatedDs.TestService;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<StandInReplica>();
var configuration = builder.Configuration;

if (configuration["Lifetime:Parent"] == "stdin")
{
    new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        while (input.Read(new byte[256]) > 0)
        {
        }

        Environment.Exit(0);
    })
    { IsBackground = true }.Start();
}

if (configuration.GetValue<int?>("Test:Fail") is { } code)
{
    Console.Error.WriteLine("The test wants this service to fail.");
    return code;
}

using var ignored = configuration.GetValue<bool>("Test:IgnoreTerm") ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true) : null;
using var child = configuration.GetValue<bool>("Test:Child") ? Process.Start("/bin/sh", ["-c", "trap '' TERM; while :; do sleep 1; done"]) : null;
using var app = builder.Build();
var healthy = true;
var replica = configuration["Replica:Data"] is null ? null : app.Services.GetRequiredService<StandInReplica>();

app.MapGet("/health", () => healthy && (replica is null || replica.Start()) ? Results.Ok() : Results.StatusCode(503));
app.MapPost("/test/health", (bool value) => healthy = value);
app.MapPost("/test/exit", (int exitCode) => Environment.Exit(exitCode));
app.MapPost("/test/log", (string text, bool error) => (error ? Console.Error : Console.Out).WriteLine(text));
app.MapGet("/env", () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value));
app.MapGet("/args", () => args);
app.MapGet("/folder", () => new[] { Environment.CurrentDirectory });
app.MapGet("/pid", () => Environment.ProcessId);
app.MapGet("/child", () => child!.Id);
app.MapPost("/admin/leave", (StandInReplica leaving) => leaving.Leave());

if (configuration["Test:Trace"] is { } trace)
{
    app.Lifetime.ApplicationStarted.Register(() => File.AppendAllText(trace, configuration["Test:Name"] + " started\n"));
    app.Lifetime.ApplicationStopping.Register(() => File.AppendAllText(trace, configuration["Test:Name"] + " stopped\n"));
}

if (ignored is not null)
{
    await app.StartAsync();
    await Task.Delay(Timeout.Infinite);
}

app.Run();
return 0;
