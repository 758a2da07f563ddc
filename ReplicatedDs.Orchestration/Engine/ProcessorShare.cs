using System.Collections.Concurrent;

namespace Aspire.Hosting.Engine;

/// <summary>
/// Keeps many processes of one project from crowding out everything else on the machine. Where Linux shares processors among sessions first (sched(7), "The autogroup
/// feature"), and each process here leads one, eight busy replicas would get eight times what the browser gets that shows them. Together they count as
/// one session. It matters only while there is more to do than the processors can; elsewhere it does nothing. Safe from any thread.
/// </summary>
internal sealed class ProcessorShare
{
    /// <summary>What one step of niceness is worth: the ratio of the scheduler's weights.</summary>
    private const double Step = 1.25;

    /// <summary>The kernel's limit.</summary>
    private const int NicenessMax = 19;

    /// <summary>Who is not privileged may change one session in a tenth of a second, all sessions of the machine counted.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(120);

    /// <summary>A session that cannot be changed for so many times in a row is left as it is.</summary>
    private const int TriesMax = 50;

    private readonly ConcurrentDictionary<ChildProcess, Session> _running = [];
    private readonly Lock _lock = new();
    private Task _balancing = Task.CompletedTask;

    /// <summary>A process of a project runs, until it ends.</summary>
    public void Add(string project, ChildProcess process)
    {
        if (!File.Exists("/proc/self/autogroup"))
        {
            return;
        }

        _running[process] = new Session(project);
        Balance();
        _ = RemoveAsync(process);
    }

    private static int NicenessOf(int processes) => Math.Min(NicenessMax, (int)Math.Ceiling(Math.Log(processes, Step)));

    private async Task RemoveAsync(ChildProcess process)
    {
        await Task.WhenAny(process.Exited);
        _running.TryRemove(process, out _);
        Balance();
    }

    private void Balance()
    {
        lock (_lock)
        {
            _balancing = _balancing.ContinueWith(_ => BalanceAsync(), TaskScheduler.Default).Unwrap();
        }
    }

    /// <summary>One at a time.</summary>
    private async Task BalanceAsync()
    {
        foreach (var project in _running.GroupBy(entry => entry.Value.Project))
        {
            var niceness = NicenessOf(project.Count());
            foreach (var (process, session) in project.Where(entry => entry.Value.Niceness != niceness))
            {
                await SetAsync(process, niceness);
                session.Niceness = niceness;
            }
        }
    }

    private static async Task SetAsync(ChildProcess process, int niceness)
    {
        var text = System.Text.Encoding.ASCII.GetBytes($"{niceness}\n");
        for (var tries = 0; tries < TriesMax && !process.HasExited; tries++)
        {
            // Until it leads one, it is in the session of this process.
            if (process.LeadsSession && TryWrite($"/proc/{process.Id}/autogroup", text))
            {
                return;
            }

            await Task.WhenAny(process.Exited, Task.Delay(Between));
        }
    }

    private static bool TryWrite(string file, byte[] text)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            stream.Write(text);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // It ended, or another session was changed a moment ago.
        }
    }

    private sealed class Session(string project)
    {
        public string Project => project;

        public int Niceness { get; set; }
    }
}
