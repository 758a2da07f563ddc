using System.Globalization;

namespace ReplicatedDs.Browser.Tests.Measuring;

/// <summary>How much processor time this process and those it started have used, by what they are. Read from <c>/proc</c>; elsewhere empty.</summary>
internal static class ProcessorUse
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux.

    public static Dictionary<string, double> Seconds()
    {
        var used = new Dictionary<string, double>();
        if (!Directory.Exists("/proc/self"))
        {
            return used;
        }

        var all = Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) ? Read(pid) : null).OfType<Seen>().ToDictionary(seen => seen.Pid);
        foreach (var seen in all.Values.Where(seen => IsOurs(seen, all)))
        {
            used[seen.Kind] = used.GetValueOrDefault(seen.Kind) + seen.Seconds;
        }

        return used;
    }

    /// <summary>What was used between two looks, as shares of one processor, the largest first.</summary>
    public static string Describe(Dictionary<string, double> before, Dictionary<string, double> after, TimeSpan length) => string.Join(
        ", ",
        after.Select(entry => (entry.Key, Share: (entry.Value - before.GetValueOrDefault(entry.Key)) / length.TotalSeconds))
            .Where(entry => entry.Share >= 0.005)
            .OrderByDescending(entry => entry.Share)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Key} {entry.Share:0.00}")));

    private static bool IsOurs(Seen seen, Dictionary<int, Seen> all)
    {
        for (var at = seen; ;)
        {
            if (at.Pid == Environment.ProcessId)
            {
                return true;
            }

            if (!all.TryGetValue(at.Parent, out var parent))
            {
                return false;
            }

            at = parent;
        }
    }

    private static Seen? Read(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var command = File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
            var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            return new Seen(pid, int.Parse(fields[1], CultureInfo.InvariantCulture), KindOf(pid, command), ticks / TicksPerSecond);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // It ended meanwhile.
        }
    }

    private static string KindOf(int pid, string command)
    {
        if (pid == Environment.ProcessId)
        {
            return "load and measuring";
        }

        const string Type = "--type=";
        var type = command.IndexOf(Type, StringComparison.Ordinal);
        return command.Contains("ReplicatedDs.Replica", StringComparison.Ordinal) ? "replicas"
            : command.Contains("ReplicatedDs.Dashboard", StringComparison.Ordinal) ? "dashboard"
            : command.Contains("ReplicatedDs.AppHost", StringComparison.Ordinal) ? "AppHost"
            : type >= 0 ? "browser " + command[(type + Type.Length)..].Split(' ')[0]
            : command.Contains("chrom", StringComparison.Ordinal) ? "browser main"
            : "others";
    }

    private sealed record Seen(int Pid, int Parent, string Kind, double Seconds);
}
