using System.Diagnostics;
using System.Text;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>A process of the product, started from its built dll, with what it printed. Disposing ends it and its children.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int OutputMax = 64 << 10;

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ChildProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts what was built.</summary>
    public static ChildProcess Start(string project, IEnumerable<string> arguments) => StartDotnet(project, [Repository.BuiltDll(project), .. arguments]);

    /// <summary>Starts it by <c>dotnet run</c>.</summary>
    public static ChildProcess Run(string project, IEnumerable<string> arguments) => StartDotnet(project, ["run", "--", .. arguments]);

    private static ChildProcess StartDotnet(string project, IEnumerable<string> arguments)
    {
        // The project's folder: static files of a project that was built, not published, are found from there.
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = Repository.ProjectFolder(project),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>Ends it as Ctrl+C does, if it listens to that, so that it takes its own children along.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited && !OperatingSystem.IsWindows())
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            await _process.WaitForExitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            if (line is not null && _output.Length < OutputMax)
            {
                _output.AppendLine(line);
            }
        }
    }
}
