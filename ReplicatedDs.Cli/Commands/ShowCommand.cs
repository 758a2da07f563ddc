using System.CommandLine;
using System.Globalization;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Cli.Show;

namespace ReplicatedDs.Cli.Commands;

internal static class ShowCommand
{
    public static Command Create(Bind bind)
    {
        var thing = new Argument<string[]>("what")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = $"One of: {string.Join("; ", OperatorConsole.Things.Select(one => $"{one.Name} ({one.Shows})"))}",
        };
        thing.Validators.Add(result =>
        {
            var name = string.Join(' ', result.Tokens.Select(token => token.Value)); // vector clock needs no quotes
            if (OperatorConsole.Find(name) is null)
            {
                result.AddError($"There is nothing called '{name}' to show; there are {string.Join(", ", OperatorConsole.Things.Select(one => one.Name))}.");
            }
        });
        var command = new Command("show", "What the operator console of the original system printed, from one replica") { thing };
        bind(command, async run =>
        {
            var target = (await run.ClusterAsync()).First;
            var console = new OperatorConsole(run, (await run.ClientAsync()).At(target.Http));
            var value = await console.ShowAsync(OperatorConsole.Find(string.Join(' ', run.Get(thing)))!);
            if (run.Printer.IsJson)
            {
                run.Printer.Json(ToJson(value));
            }
            else
            {
                run.Printer.Line(Python.Of(value));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static object? ToJson(object? value) => value switch
    {
        Python.Tuple tuple => tuple.Items.Select(ToJson),
        IEnumerable<KeyValuePair<object, object?>> pairs => pairs.ToDictionary(pair => Convert.ToString(pair.Key, CultureInfo.InvariantCulture)!, pair => ToJson(pair.Value)),
        _ => value,
    };
}
