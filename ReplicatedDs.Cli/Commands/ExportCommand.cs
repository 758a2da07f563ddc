using System.CommandLine;
using System.Text;
using ReplicatedDs.Cli.Feeds;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Cli.ShiViz;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Commands;

internal static class ExportCommand
{
    public static Command Create(Bind bind) => new("export", "Write what happened in a form that other tools read") { ShiViz(bind) };

    private static Command ShiViz(Bind bind)
    {
        var output = new Option<string?>("--out", "-o") { HelpName = "path", Description = "Write to a file instead of standard output" };
        var keys = new Option<string[]>("--key", "-k") { HelpName = "key", Description = "Only updates and reads of this key; may be repeated" };
        var last = new Option<double>("--last") { HelpName = "seconds", Description = "Only the last so many seconds" };
        Arguments.Require(last, value => value > 0, "it has to be more than 0");
        var most = new Option<int>("--max") { DefaultValueFactory = _ => 5000, HelpName = "count", Description = "At most so many events, the newest; ShiViz takes 20 s for 20,000" };
        Arguments.Require(most, value => value >= 1, "it has to be at least 1");
        var counterfactual = new Option<bool>("--counterfactual") { Description = "Add a second execution: a store that applies on arrival. ShiViz shows the differences" };
        var plain = new Option<bool>("--default-parser") { Description = "The two-line form that ShiViz reads without a parser" };
        var command = new Command("shiviz", "A log for ShiViz (bestchai.bitbucket.io/shiviz): upload it there") { output, keys, last, most, counterfactual, plain };
        command.Validators.Add(result =>
        {
            if (result.GetValue(plain) && result.GetValue(counterfactual))
            {
                result.AddError("The default parser reads one execution only: leave out --counterfactual or --default-parser.");
            }
        });
        bind(command, async run =>
        {
            var feeds = await FeedReader.ReadAsync(run);
            var events = Select(EventOrder.Merge([.. feeds.Select(feed => feed.Events)]), run.Get(keys) ?? [], run.Has(last) ? run.Get(last) : null);
            var left = Math.Max(0, events.Count - run.Get(most));
            events = events[left..];
            if (events.Count == 0)
            {
                throw new RdsException(ExitCodes.No, "There is nothing to export: no replica keeps such events.");
            }

            var log = new StringWriter();
            if (run.Get(plain))
            {
                ShiVizLog.WritePlain(log, ShiVizEvents.AsItRan(events));
            }
            else
            {
                var executions = new List<(string, IReadOnlyList<ShiVizEvent>)> { ("causal delivery (as it ran)", ShiVizEvents.AsItRan(events)) };
                if (run.Get(counterfactual))
                {
                    if (ShiVizEvents.Counterfactual(events) is { Count: > 0 } other)
                    {
                        executions.Add(("counterfactual: apply on arrival", other));
                    }
                    else
                    {
                        run.Printer.Note("No update had to wait, so there is no counterfactual.");
                    }
                }

                ShiVizLog.Write(log, executions);
            }

            await WriteAsync(run, run.Get(output), log.ToString());
            if (left > 0)
            {
                run.Printer.Note($"{left} older events are left out; --max, --last and --key choose others.");
            }

            if (run.Get(output) is { } path)
            {
                run.Printer.Note($"{events.Count} events of {feeds.Count(feed => feed.Problem is null)} replicas are in {path}.");
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>What ShiViz can show of them, in order.</summary>
    internal static List<EventView> Select(List<EventView> events, string[] keys, double? lastSeconds)
    {
        var shown = events.Where(one => one.Kind is EventKinds.Write or EventKinds.Apply or EventKinds.Buffer or EventKinds.Read or EventKinds.Drop
            or EventKinds.LinkChanged or EventKinds.Restart or EventKinds.Join or EventKinds.Leave);
        if (keys.Length > 0)
        {
            shown = shown.Where(one => one.Keys.Any(key => keys.Contains(key, StringComparer.Ordinal)));
        }

        if (lastSeconds is { } seconds && events.Count > 0)
        {
            var since = events.Max(one => one.T) - (long)(seconds * 1_000_000);
            shown = shown.Where(one => one.T >= since);
        }

        return [.. shown];
    }

    private static async Task WriteAsync(Invocation run, string? path, string text)
    {
        if (path is null)
        {
            await run.Surroundings.Out.WriteAsync(text);
            return;
        }

        try
        {
            await File.WriteAllTextAsync(Path.GetFullPath(path, run.Surroundings.Folder), text, new UTF8Encoding(false), run.Cancellation);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RdsException(ExitCodes.BadUsage, $"The file cannot be written: {exception.Message}");
        }
    }
}
