using System.Text;
using ReplicatedDs.Cli.Shell;

namespace ReplicatedDs.Cli.Tests;

/// <summary>Runs <c>rds</c> in this process, in a folder and with a state folder of its own.</summary>
internal sealed class RdsShell(string folder, string stateFolder)
{
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <value>People read what it prints.</value>
    public bool IsTerminal { get; init; }

    /// <value>How wide that terminal is.</value>
    public int? Columns { get; init; }

    public Task<Ran> RunAsync(params string[] args) => RunAsync("", args);

    /// <summary>The only session that is kept.</summary>
    public async Task<string> SessionAsync() =>
        (await File.ReadAllTextAsync(Directory.GetFiles(Path.Combine(stateFolder, "sessions"), "*.token").Single())).Trim();

    public async Task<Ran> RunAsync(string input, string[] args)
    {
        using var bytes = new MemoryStream();
        var output = new StreamWriter(bytes, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        var code = await Rds.RunAsync(args, new Surroundings
        {
            Out = output,
            OutBytes = bytes,
            Error = error,
            In = new MemoryStream(Encoding.UTF8.GetBytes(input)),
            IsTerminal = IsTerminal,
            Columns = Columns,
            IsErrorTerminal = false,
            CanAsk = input.Length > 0,
            Folder = folder,
            Variable = name => Variables.GetValueOrDefault(name),
            StateFolder = stateFolder,
        });
        return new Ran(string.Join(' ', args), code, Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }
}
