using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Engine;

/// <summary>
/// A child process that cannot outlive this one: it holds the read end of a pipe that only this process can write to, and ends
/// when that closes, however this process ended. On Unix it leads a session of its own where <c>setsid</c> exists, so that Ctrl+C in a
/// terminal reaches it through this process alone, in order, and its descendants can be signalled as a group.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    /// <summary>For a program that does not watch its standard input: ends it when the input does, passes SIGTERM on, keeps its exit code.</summary>
    private const string Guard = """
        exec 3<&0
        "$@" 3<&- </dev/null &
        child=$!
        ( while read -r _; do :; done; kill -TERM $child; sleep 1; kill -KILL $child ) <&3 >/dev/null 2>&1 &
        watch=$!
        exec 3<&-
        trap 'kill -TERM $child 2>/dev/null' TERM INT HUP
        wait $child; code=$?
        while kill -0 $child 2>/dev/null; do wait $child; code=$?; done
        kill -KILL $watch 2>/dev/null; wait $watch 2>/dev/null
        exit $code
        """;

    private const int SigKill = 9;
    private const int SigTerm = 15;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan GraceOfDescendants = TimeSpan.FromSeconds(2);
    private static readonly string? SetSid = Array.Find(["/usr/bin/setsid", "/bin/setsid"], File.Exists);

    private readonly Process _process;

    private ChildProcess(Process process, Action<string, bool> output)
    {
        _process = process;
        Id = process.Id;
        Exited = WaitAsync(output);
    }

    public int Id { get; }

    public bool HasExited => Exited.IsCompleted;

    public bool StopRequested { get; private set; }

    /// <summary>It leads a session of its own by now: soon after its start, or never where there is no <c>setsid</c>.</summary>
    public bool LeadsSession => SetSid is not null && SessionOf(Id) == Id;

    /// <value>Completes with the exit code once the process and its descendants are gone and their output was read.</value>
    public Task<int> Exited { get; }

    public static ChildProcess Start(Launch launch, Action<string, bool> output)
    {
        var command = launch.Command;
        if (!launch.WatchesStandardInput && !OperatingSystem.IsWindows())
        {
            Wrap(command, "/bin/sh", "-c", Guard, command.FileName);
        }

        if (SetSid is not null)
        {
            Wrap(command, SetSid);
        }

        command.RedirectStandardInput = command.RedirectStandardOutput = command.RedirectStandardError = true;
        return new ChildProcess(Process.Start(command)!, output);
    }

    /// <summary>SIGTERM, six seconds, SIGKILL; then the same, shorter, for descendants that remain.</summary>
    public async Task StopAsync()
    {
        StopRequested = true;
        Signal(Id, SigTerm);
        try
        {
            await Exited.WaitAsync(Grace);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited;
        }
    }

    public void Dispose() => _process.Dispose();

    private static void Wrap(ProcessStartInfo command, params string[] wrapper)
    {
        string[] words = [.. wrapper[1..], command.FileName, .. command.ArgumentList];
        command.FileName = wrapper[0];
        command.ArgumentList.Clear();
        Array.ForEach(words, command.ArgumentList.Add);
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // Gone in the meantime.
        }
    }

    private async Task<int> WaitAsync(Action<string, bool> output)
    {
        var reading = Task.WhenAll(
            LineReader.ReadAsync(_process.StandardOutput, line => output(line, false)),
            LineReader.ReadAsync(_process.StandardError, line => output(line, true)));
        await _process.WaitForExitAsync();
        await EndDescendantsAsync();
        try
        {
            await reading.WaitAsync(TimeSpan.FromSeconds(1)); // a descendant that left the session may hold the pipes open for ever
        }
        catch (Exception exception) when (exception is TimeoutException or IOException)
        {
            // What was written so far has been read.
        }

        _process.StandardInput.Close();
        return _process.ExitCode;
    }

    private async Task EndDescendantsAsync()
    {
        if (SetSid is null || !Signal(-Id, SigTerm))
        {
            return;
        }

        var asked = Stopwatch.GetTimestamp();
        while (Signal(-Id, 0) && Stopwatch.GetElapsedTime(asked) < GraceOfDescendants)
        {
            await Task.Delay(20);
        }

        Signal(-Id, SigKill);
    }

    /// <summary>False if there is no such process, or group of processes.</summary>
    private static bool Signal(int id, int signal) => !OperatingSystem.IsWindows() && SendSignal(id, signal) == 0;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int id, int signal);

    [DllImport("libc", EntryPoint = "getsid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SessionOf(int id);
}
