using ReplicatedDs.Cli.Printing;
using Spectre.Console;

namespace ReplicatedDs.Cli.Shell;

/// <summary>Says what is waited for while it lasts.</summary>
internal static class Waiting
{
    public static Task<T> ForAsync<T>(Invocation run, string what, Func<Task<T>> work) => run.Printer.ShowsProgress
        ? run.Printer.ErrorTerminal.Status().StartAsync($"{Printer.Safe(what)}…", _ => work())
        : work();
}
