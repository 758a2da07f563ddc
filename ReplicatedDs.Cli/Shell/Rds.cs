using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ReplicatedDs.Cli.Commands;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Shell;

/// <summary>The command line: parses it, runs a command, and turns every end into a sentence and an exit code.</summary>
internal static class Rds
{
    /// <summary>What other programs call the option that says where to connect.</summary>
    private static readonly string[] Addresses = ["--url", "--host", "--address", "--addr", "--server", "--endpoint", "--port"];

    public static async Task<int> RunAsync(IReadOnlyList<string> args, Surroundings surroundings, CancellationToken cancellation = default)
    {
        var global = new GlobalOptions();
        Func<Invocation, Task<int>>? chosen = null;
        var root = new RootCommand("rds: reads, writes, watches and operates a ReplicatedDs cluster. docs/rds.md describes every command.");
        foreach (var option in global.All)
        {
            root.Options.Add(option);
        }

        foreach (var command in AllCommands.Create((command, action) => command.SetAction(_ => chosen = action)))
        {
            root.Subcommands.Add(command);
        }

        var parsed = root.Parse(args.Count == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (Problem(parsed, args) is { } problem)
        {
            await surroundings.Error.WriteLineAsync($"rds: {problem}");
            return ExitCodes.BadUsage;
        }

        // Help and version print by themselves; a command only says what is to run.
        var code = await parsed.InvokeAsync(
            new InvocationConfiguration { Output = surroundings.Out, Error = surroundings.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
            CancellationToken.None);
        return chosen is null ? code : await RunAsync(chosen, parsed, global, surroundings, isAgain: false, cancellation);
    }

    private static async Task<int> RunAsync(
        Func<Invocation, Task<int>> action, ParseResult parsed, GlobalOptions global, Surroundings surroundings, bool isAgain, CancellationToken cancellation)
    {
        using var invocation = new Invocation(parsed, global, surroundings, cancellation);
        try
        {
            return await action(invocation);
        }
        catch (ReplicaRefusedException exception) when (exception.Name is "bad-token" or "history-lost" && !isAgain && invocation.ForgetSession())
        {
            invocation.Printer.Note($"The kept session does not fit this cluster any more, so a new one starts. ({exception.Message})");
        }
        catch (Exception exception) when (ExitCodeOf(exception, cancellation) is { } code)
        {
            if (code != ExitCodes.Interrupted)
            {
                await surroundings.Error.WriteLineAsync($"rds: {Sentence(exception)}");
            }

            return code;
        }
        finally
        {
            invocation.KeepSession();
        }

        return await RunAsync(action, parsed, global, surroundings, isAgain: true, cancellation);
    }

    /// <summary><c>null</c> for a defect of ours.</summary>
    private static int? ExitCodeOf(Exception exception, CancellationToken cancellation) => exception switch
    {
        RdsException own => own.ExitCode,
        ConditionFailedException => ExitCodes.No,
        ReplicaRefusedException or UnexpectedAnswerException => ExitCodes.Refused,
        CausalTimeoutException or ReplicasUnavailableException => ExitCodes.Unavailable,
        ArgumentException => ExitCodes.BadUsage, // a key that no replica would take
        OperationCanceledException when cancellation.IsCancellationRequested => ExitCodes.Interrupted,
        IOException => ExitCodes.Refused, // the disk, or the reader of a pipe that went
        UnauthorizedAccessException => ExitCodes.Refused,
        _ => null,
    };

    private static string Sentence(Exception exception)
    {
        var text = exception is ArgumentException argument && argument.ParamName is { } name
            ? exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)
            : exception.Message;
        return text.ReplaceLineEndings(" ");
    }

    private static string? Problem(ParseResult parsed, IReadOnlyList<string> args)
    {
        var command = Path(parsed.CommandResult);
        if (Misspelt(parsed, args) is { } token)
        {
            var misspelt = token.StartsWith("--", StringComparison.Ordinal) ? token.Split('=')[0] : token;
            var hint = Addresses.Contains(misspelt) ? "--cluster takes the addresses of a cluster, --replica (-r) that of one replica"
                : Spelling.Closest(misspelt, OptionsOf(parsed.CommandResult)) is { } meant ? $"did you mean {meant}"
                : $"'{command} --help' lists them";
            return $"There is no option {misspelt} here; {hint}. (Put -- before a value that starts with a dash.)";
        }

        if (parsed.Errors is [var error, ..])
        {
            return parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens is [var unknown, ..]
                ? $"There is no command '{unknown}'; {(Spelling.Closest(unknown, parsed.CommandResult.Command.Subcommands.Select(one => one.Name)) is { } meant ? $"did you mean '{meant}'? " : "")}'rds --help' lists them."
                : $"{error.Message.TrimEnd('.')}; '{command} --help' shows how.";
        }

        return null;
    }

    /// <summary>A misspelt option would otherwise be taken for a value, and stored.</summary>
    private static string? Misspelt(ParseResult parsed, IReadOnlyList<string> args)
    {
        var free = args.Contains("--") ? args.SkipWhile(arg => arg != "--").ToHashSet(StringComparer.Ordinal) : [];
        return parsed.Tokens
            .Where(token => token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-' && !free.Contains(token.Value))
            .Select(token => token.Value)
            .FirstOrDefault(value => !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
    }

    private static IEnumerable<string> OptionsOf(CommandResult result)
    {
        for (var command = result; command is not null; command = command.Parent as CommandResult)
        {
            foreach (var option in command.Command.Options.Where(option => command == result || option.Recursive))
            {
                yield return option.Name;
            }
        }
    }

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "rds";
}
