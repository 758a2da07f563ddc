using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Printing;

/// <summary>The answer to a write: its dot.</summary>
internal static class Answers
{
    public static void Written(this Printer printer, Written written)
    {
        if (printer.IsJson)
        {
            printer.Json(new { dot = written.Dot.ToString(), clock = written.Clock.ToDictionary(entry => entry.Replica.ToString(), entry => entry.Counter) });
        }
        else if (printer.IsTerminal)
        {
            printer.Markup($"[green]{written.Dot}[/]");
        }
        else
        {
            printer.Line(written.Dot.ToString());
        }
    }
}
