using Microsoft.JSInterop;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Palette;

/// <summary>One visitor's command palette: what it offers, and what it carries out. Called by the page's script.</summary>
internal sealed class PaletteDesk(PaletteSearch search, ClusterStore store, ProcessActions processes, LinkActions links, KeyActions keys, NoticeBoard notices)
{
    private const int LengthMax = 2_000;

    [JSInvokable]
    public IReadOnlyList<PaletteEntry> Suggest(string text) => text.Length > LengthMax ? [] : search.Suggest(text);

    /// <summary>Carries out an action and says what it came to; the notices say it too.</summary>
    [JSInvokable]
    public async Task<string> Run(string text)
    {
        var outcome = text.Length > LengthMax || PaletteParser.Parse(text, store.Current) is not { } command ? ActionOutcome.Failed("That is no action.")
            : command.Problem is { } problem ? ActionOutcome.Failed(problem)
            : await RunAsync(command);
        notices.Post(outcome);
        return outcome.Text;
    }

    private async Task<ActionOutcome> RunAsync(PaletteCommand command)
    {
        var view = store.Current;
        var named = command.Replicas.Select(id => view.Members.First(member => member.Id == id)).ToList();
        var refusal = command.Verb switch
        {
            "kill" or "stop" or "restart" or "join" => ProcessActions.Refusal(view),
            "hold" or "delay" or "heal" => links.Refusal(named[0]),
            "partition" or "isolate" => view.Members.Select(links.Refusal).FirstOrDefault(reason => reason is not null),
            "write" or "read" => named[0].IsLive ? null : $"{named[0].Label} is {named[0].State}: choose another replica.",
            _ => null,
        };
        if (refusal is not null)
        {
            return ActionOutcome.Failed(refusal);
        }

        switch (command.Verb)
        {
            case "kill":
                return await processes.KillAsync(named[0]);
            case "stop":
                return await processes.StopAsync(named[0]);
            case "restart":
                return named[0].IsDown ? await processes.StartAsync(named[0]) : ActionOutcome.Failed($"{named[0].Label} is {named[0].State}.");
            case "join":
                return await processes.JoinAsync();
            case "hold":
                return await links.HoldAsync(named[0], command.Replicas[1]);
            case "delay":
                return await links.SetAsync(named[0], command.Replicas[1], new LinkRequest("delay", command.DelayMs, ExpiresSeconds: (int)LinkActions.Expires.TotalSeconds));
            case "heal":
                return await links.HealAsync(named[0], command.Replicas[1]);
            case "heal-all":
                return await links.HealAllAsync();
            case "partition" or "isolate":
                return await links.PartitionAsync(command.Replicas);
            case "write":
                return (await keys.WriteAsync(named[0], command.Key, command.Value, null)).Outcome;
            default:
                var read = await keys.ReadAsync(named[0], command.Key, null);
                return read is { Outcome.IsDone: true, IsPresent: true } ? ActionOutcome.Done($"{named[0].Label} answers {command.Key} = {read.Value} (r{read.Dot}).") : read.Outcome;
        }
    }
}
