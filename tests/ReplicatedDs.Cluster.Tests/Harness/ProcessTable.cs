using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>The machine's processes as /proc lists them.</summary>
internal static partial class ProcessTable
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    /// <summary>The living processes below <paramref name="root"/>, itself left out.</summary>
    public static IReadOnlyList<ProcessEntry> Descendants(int root)
    {
        var all = All();
        var found = new List<ProcessEntry>();
        var parents = new Queue<int>([root]);
        while (parents.TryDequeue(out var parent))
        {
            foreach (var child in all.Where(entry => entry.Parent == parent))
            {
                found.Add(child);
                parents.Enqueue(child.Pid);
            }
        }

        return found;
    }

    /// <summary>Processes that have <paramref name="folder"/> in their command line or environment, or work in it.</summary>
    public static IReadOnlyList<ProcessEntry> Using(string folder) =>
        [.. All().Where(entry => entry.Pid != Environment.ProcessId && Mentions(entry.Pid, folder))];

    /// <summary>Whether that very process lives; one that got its id later does not count.</summary>
    public static bool IsAlive(ProcessEntry entry) => Read(entry.Pid) is { } now && now.StartedAt == entry.StartedAt;

    public static ProcessEntry? Find(int pid) => Read(pid);

    public static void Kill(int pid) => Send(pid, SigKill);

    public static void Terminate(int pid) => Send(pid, SigTerm);

    /// <summary>Stops a process in its tracks: connections to it stay open and nothing answers.</summary>
    public static void Freeze(int pid) => Send(pid, SigStop);

    public static void Thaw(int pid) => Send(pid, SigCont);

    /// <summary>One that is gone already is no error.</summary>
    /// <param name="pid">Negative: a whole process group.</param>
    public static void Send(int pid, int signal)
    {
        const int NoSuchProcess = 3;
        if (SendSignal(pid, signal) != 0 && Marshal.GetLastPInvokeError() is var error && error != NoSuchProcess)
        {
            throw new Win32Exception(error, $"Signal {signal} could not be sent to process {pid}");
        }
    }

    private static List<ProcessEntry> All() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? Read(pid) : null)
            .OfType<ProcessEntry>(),
    ];

    /// <summary>Null if there is no such process, or only its corpse.</summary>
    private static ProcessEntry? Read(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var nameEnd = stat.LastIndexOf(')');
            var fields = stat[(nameEnd + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new ProcessEntry(
                    pid,
                    int.Parse(fields[1], CultureInfo.InvariantCulture),
                    stat[(stat.IndexOf('(') + 1)..nameEnd],
                    long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // it ended meanwhile
        }
    }

    private static bool Mentions(int pid, string folder)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains(folder, StringComparison.Ordinal)
                || File.ReadAllText($"/proc/{pid}/environ").Contains(folder, StringComparison.Ordinal)
                || new FileInfo($"/proc/{pid}/cwd").LinkTarget?.StartsWith(folder, StringComparison.Ordinal) == true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public static long ResidentBytes(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.WorkingSet64;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
