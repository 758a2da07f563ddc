using System.Globalization;
using ReplicatedDs.Cluster.Tests.Chaos;
using ReplicatedDs.Cluster.Tests.Kubernetes;
using ReplicatedDs.Cluster.Tests.Measuring;
using ReplicatedDs.Cluster.Tests.Moving;
using ReplicatedDs.Cluster.Tests.Network;
using ReplicatedDs.Cluster.Tests.RedisCluster;
using ReplicatedDs.Cluster.Tests.Snapshots;
using ReplicatedDs.Cluster.Tests.Soaking;
using Xunit.Sdk;

// The tests run under `dotnet test`; started by hand this measures and tries real clusters for as long as one likes.
const string Usage = """
    dotnet test runs the tests. As a program (dotnet run --project tests/ReplicatedDs.Cluster.Tests -- COMMAND):
      measure                                             how soon a cluster serves and a write is seen
      chaos     [--minutes 10] [--seed 1] [--out FOLDER]  five replicas under random faults; history and plot
      soak      [--minutes 30] [--rate 200] [--seed 1] [--out FOLDER]   five replicas at so many writes a second; memory, handles, disk must stay flat
      moves     [--operations 100000] [--seed 1] [--out FOLDER]   sessions that move at every operation
      network   [--minutes 10] [--seed 1] [--out FOLDER]  four replicas on hosts of their own, on a network that fails; needs root
      wide-area [--cut 300] [--seed 1] [--out FOLDER]     three sites, 50 to 200 ms apart, one of them cut off for so many seconds; needs root
      kubernetes [--seed 1] [--out FOLDER]                the pods of deploy/kubernetes, made by podman; needs root
      redis-cluster [--minutes 2] [--seed 1] [--out FOLDER]       values in a Redis Cluster whose masters are killed
      snapshots [--reads 1000000]                         transactions of three keys, read elsewhere
    """;

var values = new Dictionary<string, string>();
for (var i = 1; i < args.Length; i += 2)
{
    if (i + 1 == args.Length || !args[i].StartsWith("--", StringComparison.Ordinal) || !values.TryAdd(args[i][2..], args[i + 1]))
    {
        return Refuse($"'{args[i]}' is not a switch with a value, once.");
    }
}

try
{
    switch (args.FirstOrDefault())
    {
        case "measure":
            return await DoAsync(() => Measurements.RunAsync(Console.Out));
        case "chaos":
            var (minutes, seed) = (Number("minutes", 10, 0.1, 1440), (int)Number("seed", 1, 0, int.MaxValue));
            return await DoAsync(() => ChaosCommand.RunAsync(TimeSpan.FromMinutes(minutes), seed, Out(), Console.Out), "minutes", "seed", "out");
        case "soak":
            var (hold, rate, soaking) = (Number("minutes", 30, 1, 10_000), Number("rate", 200, 10, 100_000), (int)Number("seed", 1, 0, int.MaxValue));
            return await DoAsync(() => SoakCommand.RunAsync(new SoakPlan(TimeSpan.FromMinutes(hold), rate, soaking, Out()), Console.Out), "minutes", "rate", "seed", "out");
        case "moves":
            var (operations, moving) = ((long)Number("operations", 100_000, 1, 1e9), (int)Number("seed", 1, 0, int.MaxValue));
            return await DoAsync(() => MovingRun.RunAsProgramAsync(operations, moving, Out(), Console.Out), "operations", "seed", "out");
        case "network":
            var (span, shuffle) = (Number("minutes", 10, 0, 1440), (int)Number("seed", 1, 0, int.MaxValue));
            return await NetworkCommand.InsideAsync(ArgumentsWith(Out()), () => DoAsync(() => NetworkCommand.RunAsync(TimeSpan.FromMinutes(span), shuffle, Out(), Console.Out), "minutes", "seed", "out"));
        case "wide-area":
            var (cut, far) = (Number("cut", 300, 5, 86_400), (int)Number("seed", 1, 0, int.MaxValue));
            return await NetworkCommand.InsideAsync(ArgumentsWith(Out()), () => DoAsync(() => WideAreaCommand.RunAsync(TimeSpan.FromSeconds(cut), far, Out(), Console.Out), "cut", "seed", "out"));
        case "kubernetes":
            var pods = (int)Number("seed", 1, 0, int.MaxValue);
            return await NetworkCommand.InsideAsync(ArgumentsWith(Out()), () => DoAsync(() => KubernetesRun.RunAsProgramAsync(pods, Out(), Console.Out), "seed", "out"));
        case "redis-cluster":
            var (length, order) = (Number("minutes", 2, 0, 1440), (int)Number("seed", 1, 0, int.MaxValue));
            return await DoAsync(() => RedisClusterCommand.RunAsync(TimeSpan.FromMinutes(length), order, Out(), Console.Out), "minutes", "seed", "out");
        case "snapshots":
            var reads = (long)Number("reads", 1_000_000, 1, 1e12);
            return await DoAsync(() => SnapshotRun.RunAsProgramAsync(reads, Console.Out), "reads");
        default:
            return Refuse(args.Length == 0 ? "What to do?" : $"There is no command '{args[0]}'.");
    }
}
catch (FormatException exception)
{
    return Refuse(exception.Message);
}
catch (XunitException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

async Task<int> DoAsync(Func<Task> run, params string[] switches)
{
    if (values.Keys.Except(switches).FirstOrDefault() is { } unknown)
    {
        return Refuse($"{args[0]} has no switch --{unknown}.");
    }

    await run();
    return 0;
}

double Number(string name, double otherwise, double least, double most) =>
    !values.TryGetValue(name, out var text) ? otherwise
    : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
    : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"--{name} is '{text}'; it has to be a number from {least} to {most}."));

string Out() => Directory.CreateDirectory(values.GetValueOrDefault("out") ?? Path.Combine(Path.GetTempPath(), $"replicated-ds-{args[0]}")).FullName;

// The folder's default depends on the environment, which is another one inside.
string[] ArgumentsWith(string folder) => values.ContainsKey("out") ? args : [.. args, "--out", folder];

static int Refuse(string sentence)
{
    Console.Error.WriteLine(sentence);
    Console.Error.WriteLine(Usage);
    return 2;
}
