using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ReplicatedDs.Bench.Servers;

/// <summary>
/// One server process. It runs under <c>timeout</c>, so that it ends even if this program is killed, and writes what it says into a file.
/// </summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan LifeMax = TimeSpan.FromMinutes(20);

    private static readonly ConcurrentDictionary<Child, bool> Living = new();

    private readonly Process _guard;
    private readonly Task _copying;

    private Child(Process guard, Task copying)
    {
        (_guard, _copying) = (guard, copying);
        Living[this] = true;
    }

    /// <param name="log">Where its output goes.</param>
    public static Child Start(string log, Place place, string program, IEnumerable<string> arguments, IEnumerable<(string Name, string Value)>? environment = null)
    {
        var start = new ProcessStartInfo("timeout")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(log)!,
        };
        string[] within = place.Host is { } host ? ["ip", "netns", "exec", host] : [];
        foreach (var word in (string[])["-k", "5", LifeMax.TotalSeconds.ToString(CultureInfo.InvariantCulture), .. within, program, .. arguments])
        {
            start.ArgumentList.Add(word);
        }

        start.Environment["TMPDIR"] = start.WorkingDirectory; // so that nothing of a process that is killed stays
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        var guard = Process.Start(start)!;
        return new Child(guard, CopyAsync(guard, log));
    }

    public bool IsRunning => !_guard.HasExited;

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{ServerId()}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        }
    }

    /// <summary>Ends all that run, at once.</summary>
    public static void KillAll()
    {
        foreach (var child in Living.Keys.Where(child => child.IsRunning))
        {
            Signal("KILL", child.ServerId());
        }
    }

    /// <summary>Ends it at once, as a crash does.</summary>
    public async Task KillAsync()
    {
        Signal("KILL", ServerId());
        await _guard.WaitForExitAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            Signal("TERM", _guard.Id); // timeout passes it on
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await _guard.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                await KillAsync().ConfigureAwait(false);
            }
        }

        Living.TryRemove(this, out _);
        await _copying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _guard.Dispose();
        await Task.Yield(); // away from the thread that reads pipes and sockets, which would wait for itself if what follows waits for one
    }

    /// <summary>The server itself: the only child of the process that bounds its life.</summary>
    private int ServerId()
    {
        var children = File.ReadAllText($"/proc/{_guard.Id}/task/{_guard.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return children.Length > 0 ? int.Parse(children[0], CultureInfo.InvariantCulture) : _guard.Id;
    }

    private static void Signal(string name, int process)
    {
        using var kill = Process.Start("kill", ["-" + name, process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static async Task CopyAsync(Process process, string log)
    {
        process.StandardInput.Close();
        var file = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        await using (file.ConfigureAwait(false))
        {
            var errors = process.StandardError.ReadToEndAsync();
            await process.StandardOutput.BaseStream.CopyToAsync(file).ConfigureAwait(false);
            await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(await errors.ConfigureAwait(false))).ConfigureAwait(false);
        }
    }
}
