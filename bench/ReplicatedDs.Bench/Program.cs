using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ReplicatedDs.Bench.Compare;
using ReplicatedDs.Bench.Report;
using ReplicatedDs.Bench.Scale;

// Started by compare.sh, which builds and installs what is needed:
//   compare ROOT REPLICA.dll [--quick] [--rounds N] [--only resp,etcd,core,keys,availability]
//   render ROOT        tables and plots again from bench/result.json
//   scale ROOT         what a write costs with 3 to 100 replicas, into docs/scale.md
//   micro ...          BenchmarkDotNet, with its own switches
if (args is ["micro", .. var rest])
{
    // In this process: a project made for each benchmark would have to live with this repository's build settings.
    var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(rest.ToArray(), DefaultConfig.Instance.AddJob(job));
    return 0;
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

if (args is not ["compare", var root, var replica, .. var switches])
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
            Console.Error.WriteLine($"Unknown switch '{switches[i]}': there are --quick, --rounds N and --only resp,etcd,core,keys,availability.");
            return 2;
    }
}

var folder = Directory.CreateTempSubdirectory("replicated-ds-bench-").FullName;
try
{
    var environment = Machine.Describe("bench/compare.sh" + string.Concat(switches.Select(one => " " + one)), root);
    var (rows, outages) = await Comparison.RunAsync(plan, folder, replica, only).ConfigureAwait(false);
    var result = new Result(environment, rows, outages);
    Console.Out.WriteLine("\n" + Tables.Rows(result));
    if (outages.Count > 0)
    {
        Console.Out.WriteLine(Tables.Outages(result));
    }

    if (plan != Plan.Quick && only.Length == 0)
    {
        // What is published is a whole run.
        result.Write(Path.Combine(root, "bench", "result.json"));
        Document.Render(result, root);
    }

    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
