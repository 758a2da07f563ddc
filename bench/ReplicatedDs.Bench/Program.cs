using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ReplicatedDs.Bench.Compare;
using ReplicatedDs.Bench.Core;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Scale;
using ReplicatedDs.Bench.Servers;

// Started by compare.sh, which builds and installs what is needed:
//   compare ROOT REPLICA.dll DASHBOARD.dll [--quick] [--rounds N] [--only resp,etcd,core,keys,dashboard,availability]
//   partitions ...     the part of it that runs in a network of its own; compare starts it
//   render ROOT        tables and plots again from bench/result.json
//   scale ROOT         what a write costs with 3 to 100 replicas, into docs/scale.md
//   micro ...          BenchmarkDotNet, with its own switches; all of it (--filter '*') also into docs/benchmarks.md
if (args is ["micro", .. var rest])
{
    return MicroCommand.Run([.. rest]);
}

if (args is ["scale", var place])
{
    return ScaleCommand.Run(place);
}

if (args is ["render", var home])
{
    Document.Render(Result.Read(Path.Combine(home, "bench", "result.json")), home);
    return 0;
}

if (args is [Partitions.Command, var shared, var member, var seconds, var path])
{
    return await Partitions.InsideAsync(shared, member, TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), path).ConfigureAwait(false);
}

if (args is not ["compare", var root, var replica, var dashboard, .. var switches])
{
    Console.Error.WriteLine("Start bench/compare.sh.");
    return 2;
}

// The load shares the processors with what it measures: what waits for a socket goes on in the thread that heard from it.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var plan = Plan.Full;
var only = Array.Empty<string>();
for (var i = 0; i < switches.Length; i++)
{
    switch (switches[i])
    {
        case "--quick":
            plan = Plan.Quick;
            break;
        case "--rounds" when i + 1 < switches.Length && int.TryParse(switches[i + 1], out var rounds) && rounds is > 0 and <= 50:
            plan = plan with { Rounds = rounds };
            i++;
            break;
        case "--only" when i + 1 < switches.Length:
            only = switches[++i].Split(',');
            break;
        default:
            Console.Error.WriteLine($"Unknown switch '{switches[i]}': there are --quick, --rounds N and --only resp,etcd,core,keys,dashboard,availability.");
            return 2;
    }
}

var folder = Directory.CreateTempSubdirectory("replicated-ds-bench-").FullName;
var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
var comparing = Task.Run(CompareAsync);
if (await Task.WhenAny(comparing, told.Task).ConfigureAwait(false) == comparing)
{
    Directory.Delete(folder, recursive: true);
    await comparing.ConfigureAwait(false);
    return 0;
}

// Nothing stays: what runs in a network of its own ends with that, the servers here are ended.
Child.KillAll();
for (var patience = Stopwatch.StartNew(); Directory.Exists(folder) && patience.Elapsed < TimeSpan.FromSeconds(10);)
{
    try
    {
        Directory.Delete(folder, recursive: true);
    }
    catch (IOException)
    {
        await Task.Delay(50).ConfigureAwait(false); // one of them was just writing
    }
}

return 130;

async Task CompareAsync()
{
    var environment = Machine.Describe("bench/compare.sh" + string.Concat(switches.Select(one => " " + one)), root);
    var result = await Comparison.RunAsync(environment, plan, folder, replica, dashboard, only).ConfigureAwait(false);
    Console.Out.WriteLine("\n" + Tables.Rows(result));
    if (result.Outages.Count > 0)
    {
        Console.Out.WriteLine(Tables.Outages(result));
        Console.Out.WriteLine(Tables.Partitions(result));
    }

    result.Write(Path.Combine(Directory.CreateDirectory(Path.Combine(root, "artifacts")).FullName, "bench.json"));
    if (plan != Plan.Quick && only.Length == 0)
    {
        // What is published is a whole run.
        result.Write(Path.Combine(root, "bench", "result.json"));
        Document.Render(result, root);
    }
}

void End(PosixSignalContext context)
{
    context.Cancel = true;
    told.TrySetResult();
}
