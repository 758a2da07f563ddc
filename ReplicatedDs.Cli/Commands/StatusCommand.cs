using System.CommandLine;
using System.Globalization;
using ReplicatedDs.Cli.Clusters;
using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Commands;

internal static class StatusCommand
{
    public static Command Create(Bind bind)
    {
        var command = new Command("status", "The cluster at a glance");
        bind(command, async run =>
        {
            var cluster = await run.ClusterAsync();
            var answers = await Everyone.AskAsync(run, (operations, cancellation) => operations.StatusAsync(cancellation));
            var idle = cluster.All.Where(replica => !answers.Any(one => one.Target == replica) && cluster.Chosen.Count > 1).ToList();
            if (run.Printer.IsJson)
            {
                run.Printer.Json(new
                {
                    clusterId = cluster.Id,
                    cluster.Description?.Redis,
                    replicas = answers.Select(one => new { one.Target.Name, replica = one.Answer?.Replica ?? one.Target.Id, http = one.Target.Http, status = one.Answer, one.Problem }),
                    idle = idle.Select(one => new { one.Name, replica = one.Id, one.State }),
                });
                return Everyone.ExitCodeOf(answers);
            }

            if (run.Printer.IsTerminal)
            {
                run.Printer.Markup($"[bold]Cluster[/] {Printer.Safe(cluster.Id)}{(cluster.Description?.Dashboard is { } dashboard ? $"   [bold]Dashboard[/] {Printer.Safe(dashboard)}" : "")}");
            }

            run.Printer.Table(
                ["replica", "state", "address", "uptime", "keys", "writes", "applied", "pending", "prevented", "disk"],
                answers.Select(one => one.Answer is null ? Row(one.Target, one.Problem!) : Row(one.Target, one.Answer)).Concat(idle.Where(one => one.Id is not null).Select(one => Row(one, one.State ?? ""))),
                (row, column) => column switch
                {
                    1 => row[1] switch { "active" => "green", "joining" or "leaving" => "yellow", _ => "red" },
                    7 when row[7] is not ("0" or "") => "yellow",
                    _ => null,
                },
                ["prevented", "disk", "uptime", "applied", "writes", "keys", "address"]);
            if (run.Printer.IsTerminal && idle.Count(one => one.Id is null) is > 0 and var spares)
            {
                run.Printer.Note($"{spares} {(spares == 1 ? "spare" : "spares")}: 'rds join' starts one.");
            }

            return Everyone.ExitCodeOf(answers);
        });
        return command;
    }

    private static string[] Row(ReplicaTarget target, StatusView status) =>
    [
        $"r{status.Replica} {status.Name}",
        status.Refusal is { } refusal ? $"{status.State} ({refusal})" : status.State,
        target.Http.Authority,
        Times.Span(TimeSpan.FromMilliseconds(status.UptimeMs)),
        Number(status.Counters.Keys),
        Number(status.Counters.Writes),
        Number(status.Counters.Applied),
        Number(status.Counters.Pending),
        Number(status.Counters.Prevented),
        Times.Bytes(status.Disk.UsedBytes),
    ];

    private static string[] Row(ReplicaTarget target, string state) =>
        [target.Id is null ? target.Name : $"{target.Label} {target.Name}", state, target.Http.Authority, "", "", "", "", "", "", ""];

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
