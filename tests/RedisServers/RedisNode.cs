using System.Diagnostics;
using System.Globalization;

namespace ReplicatedDs.RedisServers;

/// <summary>One redis-server process of a <see cref="LocalRedisCluster"/>.</summary>
internal sealed class RedisNode(string folder, int port, int busPort, int megabytes)
{
    private Process? _process;

    public int Port => port;

    public int BusPort => busPort;

    public bool IsRunning => _process is { HasExited: false };

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    /// <summary>Starts it, with what is left of its folder: it keeps its name in the cluster.</summary>
    public void Start()
    {
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("redis-server") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        string[] arguments =
        [
            "--port", $"{port}", "--bind", "127.0.0.1", "--cluster-enabled", "yes", "--cluster-port", $"{busPort}", "--cluster-config-file", "nodes.conf",
            "--cluster-node-timeout", "4000", "--cluster-replica-validity-factor", "0", "--cluster-require-full-coverage", "no", "--cluster-allow-reads-when-down", "yes",
            "--maxmemory", $"{megabytes}mb", "--maxmemory-policy", "noeviction", "--appendonly", "no", "--save", "", "--repl-diskless-sync-delay", "0",
            "--repl-backlog-size", "1mb", "--dir", folder,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException("redis-server is not installed; these tests need a real one (apt-get install -y redis-server).", exception);
        }

        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>SIGKILL; gone on return.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>SIGSTOP: connections stay open and nothing answers.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>What <c>redis-cli</c> prints for a command; empty if the server does not answer.</summary>
    public async Task<string> AskAsync(params string[] words)
    {
        var start = new ProcessStartInfo("redis-cli") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in (string[])["-p", $"{port}", .. words])
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            var text = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            _ = await error;
            await process.WaitForExitAsync(deadline.Token);
            return process.ExitCode == 0 ? text.Trim() : "";
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync();
            return "";
        }
    }

    /// <summary>One field of <c>INFO</c> or <c>CLUSTER INFO</c>.</summary>
    public async Task<string> FieldAsync(string field, params string[] words) =>
        (await AskAsync(words)).Split('\n').Select(line => line.Trim().Split(':', 2)).FirstOrDefault(pair => pair[0] == field)?[1] ?? "";

    /// <summary>However the test run ends, it does not stay.</summary>
    public void KillNow()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill();
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
    }
}
