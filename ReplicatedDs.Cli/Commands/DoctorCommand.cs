using System.CommandLine;
using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Commands;

internal static class DoctorCommand
{
    private static readonly TimeSpan SkewMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(5);
    private const long FreeMin = 1L << 30;

    public static Command Create(Bind bind)
    {
        var command = new Command("doctor", "Look for what is wrong with the cluster, and say what to do");
        bind(command, async run =>
        {
            var findings = new List<(string Where, string What, string Advice)>();
            foreach (var (target, examined, problem) in await Everyone.AskAsync(run, ExamineAsync))
            {
                if (examined is null)
                {
                    findings.Add((target.Label, problem!, problem == "unreachable"
                        ? "Start it again; if it is gone for good, evict it."
                        : "Where the replicas have keys, RDS_KEY has to hold one that may read."));
                    continue;
                }

                findings.AddRange(Judge(examined).Select(finding => (target.Label, finding.What, finding.Advice)));
            }

            if (run.Printer.IsJson)
            {
                run.Printer.Json(findings.Select(finding => new { replica = finding.Where, what = finding.What, advice = finding.Advice }));
            }
            else if (findings.Count == 0)
            {
                run.Printer.Line("Nothing is wrong.");
            }
            else
            {
                run.Printer.Table(["replica", "what", "what to do"], findings.Select(finding => (string[])[finding.Where, finding.What, finding.Advice]));
            }

            return findings.Count == 0 ? ExitCodes.Ok : ExitCodes.No;
        });
        return command;
    }

    private static async Task<Examined> ExamineAsync(Client.Operations.ReplicaOperations replica, CancellationToken cancellation)
    {
        var asked = DateTimeOffset.UtcNow;
        var status = await replica.StatusAsync(cancellation);
        var answered = DateTimeOffset.UtcNow;
        return new Examined(
            status,
            status.Now - (asked + ((answered - asked) / 2)),
            await replica.MembersAsync(cancellation),
            await replica.StableAsync(cancellation),
            await replica.PendingAsync(100, cancellation));
    }

    private static IEnumerable<(string What, string Advice)> Judge(Examined examined)
    {
        var status = examined.Status;
        if (status.Refusal is { } refusal)
        {
            yield return ($"it refuses writes: {refusal}", status.State == "joining" ? "It goes on by itself when a member answers." : "See docs/operations.md.");
        }

        foreach (var quarantined in status.Quarantined)
        {
            yield return (
                $"updates of r{quarantined.Origin} are in quarantine: {quarantined.Reason}",
                quarantined.Fork ? $"Stop r{quarantined.Origin} and evict it." : "It ends by itself when they come again and can be read; is that replica a newer version?");
        }

        if (examined.Skew.Duration() > SkewMax)
        {
            yield return ($"its clock is {Times.Span(examined.Skew.Duration())} {(examined.Skew > TimeSpan.Zero ? "ahead of" : "behind")} this machine's", "Set the clocks right, for example with NTP.");
        }

        if (!status.Disk.IsWritable)
        {
            yield return ("the last write to its data folder failed", $"Make room in {status.Disk.Folder}; nothing has to be restarted. The next write that comes through ends this.");
        }
        else if (status.Disk.FreeBytes < FreeMin)
        {
            yield return ($"only {Times.Bytes(status.Disk.FreeBytes)} are free on the disk of its data folder", $"Make room in {status.Disk.Folder}.");
        }

        foreach (var member in examined.Members.Members.Where(member => member is { Status: "active", Reachable: false }))
        {
            yield return ($"it does not hear r{member.Id}{(member.LastHeardMs is { } ms ? $" since {Times.Span(TimeSpan.FromMilliseconds(ms))}" : "")}", "Is that replica down, or the link between them? 'rds link' shows lab faults.");
        }

        foreach (var held in examined.Stable.HeldBackBy.Where(held => examined.Members.Members.Any(member => member.Id == held.Replica && !member.Reachable)))
        {
            yield return ($"r{held.Replica} is away and keeps {held.WouldFree} updates from becoming stable: deletes and the log are kept", $"Bring it back, or evict it ('rds evict {held.Replica}') if it is gone for good.");
        }

        if (examined.Pending.Updates.Count > 0 && TimeSpan.FromMilliseconds(examined.Pending.Updates.Max(update => update.AgeMs)) is var age && age > WaitMax)
        {
            var oldest = examined.Pending.Updates.MaxBy(update => update.AgeMs)!;
            yield return ($"{examined.Pending.Count} updates wait, {oldest.Dot} for {Times.Span(age)}, for {Dots.Some(oldest.Missing, oldest.MissingCount)}", "'rds pending --why' says who has what they wait for.");
        }
    }

    private sealed record Examined(StatusView Status, TimeSpan Skew, MembersView Members, StableView Stable, PendingView Pending);
}
