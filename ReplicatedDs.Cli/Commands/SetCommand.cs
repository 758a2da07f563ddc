using System.CommandLine;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Commands;

internal static class SetCommand
{
    public static Command Create(Bind bind)
    {
        var key = Arguments.Key();
        var value = new Argument<string?>("value") { Arity = ArgumentArity.ZeroOrOne, Description = "The value; - reads it from standard input" };
        var file = new Option<string?>("--file", "-f") { HelpName = "path", Description = "Take the value from a file" };
        var type = new Option<string?>("--type", "-t") { HelpName = "content-type", Description = "Default: text/plain, or application/octet-stream for files and standard input" };
        var ifMatch = Arguments.IfMatch();
        var ifAbsent = Arguments.IfAbsent();
        var command = new Command("set", "Write a key; prints the dot that names the update") { key, value, file, type, ifMatch, ifAbsent };
        command.Validators.Add(result =>
        {
            if (result.GetValue(value) is null == result.GetValue(file) is null)
            {
                result.AddError("Give either a value or --file.");
            }
            else if (result.GetResult(ifMatch) is not null && result.GetValue(ifAbsent))
            {
                result.AddError("Give either --if-match or --if-absent.");
            }
        });
        bind(command, async run =>
        {
            var text = run.Get(value);
            var bytes = await ReadAsync(run, text, run.Get(file));
            var contentType = run.Get(type) ?? (text is null or "-" ? "application/octet-stream" : "text/plain; charset=utf-8");
            var session = await run.SessionAsync();
            run.Printer.Written(await session.SetAsync(
                run.Get(key), bytes, contentType, Arguments.ToCondition(run.Get(ifMatch), run.Get(ifAbsent)), run.Cancellation));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Invocation run, string? text, string? file)
    {
        if (file is not null)
        {
            try
            {
                return await File.ReadAllBytesAsync(Path.GetFullPath(file, run.Surroundings.Folder), run.Cancellation);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new RdsException(ExitCodes.BadUsage, $"The file cannot be read: {exception.Message}");
            }
        }

        if (text == "-")
        {
            using var all = new MemoryStream();
            await run.Surroundings.In.CopyToAsync(all, run.Cancellation);
            return all.ToArray();
        }

        return System.Text.Encoding.UTF8.GetBytes(text!);
    }
}
