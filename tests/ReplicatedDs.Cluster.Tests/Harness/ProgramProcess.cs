using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>A running program, mostly the AppHost. With <c>CLUSTER_TESTS_LOG</c> set to a folder, what each one printed is kept there.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    private const int LinesMax = 2_000;
    private static readonly string DotNet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
    private static readonly ConcurrentDictionary<int, ProgramProcess> Living = new();

    private readonly string _program;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<string> _errors = new();

    static ProgramProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        // A test run that is cut short leaves nothing behind: the children of an AppHost follow it.
        foreach (var pid in Living.Keys)
        {
            ProcessTable.Kill(pid);
        }
    };

    private ProgramProcess(string program, ProcessStartInfo start)
    {
        _program = program;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data, _lines);
        _process.ErrorDataReceived += (_, line) =>
        {
            Keep(line.Data, _errors);
            Keep(line.Data, _lines);
        };
        _process.Start();
        Living[_process.Id] = this;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <value>Its last lines, both streams.</value>
    public string Output => string.Join('\n', _lines);

    /// <value>The last lines of standard error.</value>
    public string Errors => string.Join('\n', _errors);

    /// <param name="program">The path of an assembly.</param>
    /// <param name="inOwnSession">Its process group is its own, as if a shell had started it: a signal to the group is a Ctrl+C in its terminal.</param>
    /// <param name="host">The network namespace that it runs in; <c>null</c>: this one.</param>
    public static ProgramProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? workingFolder = null,
        bool inOwnSession = false,
        string? host = null) =>
        StartCommand([.. inOwnSession ? ["setsid"] : Array.Empty<string>(), DotNet, program, .. arguments], environment, workingFolder, host);

    /// <summary>Starts a program that is not one of this repository.</summary>
    public static ProgramProcess StartCommand(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null, string? workingFolder = null, string? host = null)
    {
        // What runs in the background of a script ignores SIGINT, and all below it do: here it must mean something.
        string[] words = [.. host is null ? Array.Empty<string>() : ["ip", "netns", "exec", host], "env", "--default-signal=INT", .. command];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = workingFolder ?? Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };

        // What the test runner sets for itself is not meant for the programs under test.
        foreach (var inherited in start.Environment.Keys.Where(key => key.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || key.StartsWith("COVERLET_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        return new ProgramProcess(command.FirstOrDefault(word => word.EndsWith(".dll", StringComparison.Ordinal)) ?? command[0], start);
    }

    /// <summary>Runs it to its end, which must come by itself.</summary>
    public static async Task<ProgramProcess> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? workingFolder = null)
    {
        await using var process = Start(program, arguments, environment, workingFolder);
        await process.ExitedAsync(TimeSpan.FromSeconds(60));
        return process;
    }

    /// <summary>Waits for its end and for its last lines.</summary>
    public async Task ExitedAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new XunitException($"{_program} (process {Pid}) did not end within {within.TotalSeconds} s. Its output:\n{Output}");
        }

        Living.TryRemove(Pid, out _);
        if (Environment.GetEnvironmentVariable("CLUSTER_TESTS_LOG") is { Length: > 0 } folder)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(_program)}-{Pid}.log"), Output);
        }
    }

    public void Terminate() => ProcessTable.Terminate(Pid);

    public void Kill() => ProcessTable.Kill(Pid);

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            Kill();
            await ExitedAsync(TimeSpan.FromSeconds(10));
        }
    }

    private static void Keep(string? line, ConcurrentQueue<string> lines)
    {
        if (line is null)
        {
            return;
        }

        lines.Enqueue(line);
        while (lines.Count > LinesMax)
        {
            lines.TryDequeue(out _);
        }
    }
}
