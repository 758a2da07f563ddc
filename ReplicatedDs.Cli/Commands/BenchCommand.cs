using System.CommandLine;
using System.Globalization;
using ReplicatedDs.Cli.Loading;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;
using Spectre.Console;

namespace ReplicatedDs.Cli.Commands;

internal static class BenchCommand
{
    public static Command Create(Bind bind)
    {
        var clients = Number("--clients", 16, 1, 1024, "Sessions that read and write at the same time");
        var seconds = Number("--seconds", 10, 1, 86_400, "How long");
        var reads = Number("--reads", 50, 0, 100, "How many of 100 operations read");
        var keys = Number("--keys", 1000, 1, 1_000_000, "How many keys");
        var size = Number("--size", 100, 1, 1 << 20, "Bytes of a value");
        var moves = new Option<bool>("--move") { Description = "Every operation of a session goes to another replica" };
        var history = new Option<string?>("--history") { HelpName = "path", Description = "Record what the sessions saw, for 'rds check'" };
        var command = new Command("bench", "Load the cluster with reads and writes; prints rates and latencies. Its keys start with bench: and stay")
        {
            clients, seconds, reads, keys, size, moves, history,
        };
        bind(command, async run =>
        {
            var plan = new LoadPlan(
                run.Get(clients),
                TimeSpan.FromSeconds(run.Get(seconds)),
                run.Get(reads),
                run.Get(keys),
                run.Get(size),
                run.Get(moves),
                $"bench:{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds():x}:");
            var cluster = await run.ClusterAsync();
            using var client = cluster.Connect(plan.Moves ? ReplicaOrder.Rotate : ReplicaOrder.Spread);
            await using var file = run.Get(history) is { } path ? Open(Path.GetFullPath(path, run.Surroundings.Folder)) : null;
            using var recorder = file is null ? null : new Loading.Recorder(file);
            var load = new Load(plan, client, recorder);
            var result = await WithProgressAsync(run.Printer, plan, load, run.Cancellation);
            if (recorder is not null)
            {
                await Waiting.ForAsync(run, "Reading every key once more at every replica", async () =>
                {
                    foreach (var replica in cluster.Chosen)
                    {
                        using var one = new ReplicatedDsClient(replica.Http);
                        await load.ReadFinallyAsync(one, replica.Name, run.Cancellation);
                    }

                    return true;
                });
            }

            Print(run.Printer, plan, result);
            return result.Operations > 0 ? ExitCodes.Ok : ExitCodes.Unavailable;
        });
        return command;
    }

    private static async Task<LoadResult> WithProgressAsync(Printer printer, LoadPlan plan, Load load, CancellationToken cancellation)
    {
        var running = load.RunAsync(cancellation);
        if (!printer.ShowsProgress)
        {
            return await running;
        }

        await printer.ErrorTerminal.Progress().AutoClear(true).Columns(new ProgressBarColumn(), new TaskDescriptionColumn()).StartAsync(async progress =>
        {
            var bar = progress.AddTask("starting", maxValue: plan.Duration.TotalMilliseconds);
            var started = TimeProvider.System.GetTimestamp();
            var (seenAt, seen) = (TimeSpan.Zero, 0L);
            while (!running.IsCompleted)
            {
                await Task.WhenAny(running, Task.Delay(500, CancellationToken.None));
                var (now, count) = (TimeProvider.System.GetElapsedTime(started), load.Operations);
                bar.Value = now.TotalMilliseconds;
                bar.Description = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(count - seen) / Math.Max(0.001, (now - seenAt).TotalSeconds):N0}/s, {count:N0} in all{(load.Failures > 0 ? $", [red]{load.Failures:N0} failed[/]" : "")}");
                (seenAt, seen) = (now, count);
            }
        });
        return await running;
    }

    private static void Print(Printer printer, LoadPlan plan, LoadResult result)
    {
        if (printer.IsJson)
        {
            printer.Json(new
            {
                seconds = result.Elapsed.TotalSeconds,
                plan.Clients,
                result.Operations,
                perSecond = result.PerSecond,
                result.Failures,
                result.FirstFailure,
                reads = Json(result.Reads),
                writes = Json(result.Writes),
                keys = plan.Prefix,
            });
            return;
        }

        printer.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Operations:N0} operations of {plan.Clients} sessions in {result.Elapsed.TotalSeconds:0.0} s: {result.PerSecond:N0} per second"));
        printer.Table(
            ["", "count", "per second", "p50", "p90", "p99", "p99.9", "max"],
            [Row("reads", result.Reads, result.Elapsed), Row("writes", result.Writes, result.Elapsed)]);
        if (result.Failures > 0)
        {
            printer.Markup(string.Create(CultureInfo.InvariantCulture, $"[red]{result.Failures:N0} operations failed[/], the first so: {Printer.Safe(result.FirstFailure ?? "")}"));
        }
    }

    private static string[] Row(string name, LatencyHistogram latencies, TimeSpan elapsed) =>
    [
        name,
        latencies.Count.ToString("N0", CultureInfo.InvariantCulture),
        (latencies.Count / elapsed.TotalSeconds).ToString("N0", CultureInfo.InvariantCulture),
        Times.Span(latencies.At(0.5)),
        Times.Span(latencies.At(0.9)),
        Times.Span(latencies.At(0.99)),
        Times.Span(latencies.At(0.999)),
        Times.Span(latencies.Max),
    ];

    private static object Json(LatencyHistogram latencies) => new
    {
        latencies.Count,
        p50Ms = latencies.At(0.5).TotalMilliseconds,
        p90Ms = latencies.At(0.9).TotalMilliseconds,
        p99Ms = latencies.At(0.99).TotalMilliseconds,
        p999Ms = latencies.At(0.999).TotalMilliseconds,
        maxMs = latencies.Max.TotalMilliseconds,
    };

    private static Option<int> Number(string name, int standard, int least, int most, string description)
    {
        var option = new Option<int>(name) { DefaultValueFactory = _ => standard, HelpName = $"{least}-{most}", Description = description };
        Arguments.Require(option, value => value >= least && value <= most, $"it can be {least} to {most}");
        return option;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RdsException(ExitCodes.BadUsage, $"The history cannot be written: {exception.Message}");
        }
    }
}
