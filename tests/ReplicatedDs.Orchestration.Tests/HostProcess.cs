using System.Diagnostics;

namespace ReplicatedDs.Orchestration.Tests;

/// <summary>The test host as a process of its own, to be ended from outside.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _output = [];

    public HostProcess(string traceFile)
    {
        const string Name = "ReplicatedDs.Orchestration.TestHost";
        var assembly = AppContext.BaseDirectory.Replace("ReplicatedDs.Orchestration.Tests", Name, StringComparison.Ordinal) + Name + ".dll";
        // In a session of its own, as a shell would start it: a signal to the group is a Ctrl+C in its terminal.
        var start = new ProcessStartInfo("setsid", ["dotnet", assembly]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Test__Trace"] = traceFile;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    public int ExitCode => _process.ExitCode;

    public bool HasExited => _process.HasExited;

    public static void Signal(int target, string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, "--", target.ToString()]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>The processes under it, the deepest too.</summary>
    public IReadOnlyList<int> Descendants()
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Eventually.IsAlive(pid))
            .ToDictionary(pid => pid, Parent);
        var found = new List<int> { Id };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(parents.Where(entry => entry.Value == found[i]).Select(entry => entry.Key));
        }

        return found[1..];
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static int Parent(int pid)
    {
        try
        {
            return int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[1]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private void Add(string? line)
    {
        lock (_output)
        {
            _output.Add(line ?? "");
        }
    }
}
