using System.Diagnostics;

namespace ReplicatedDs.PrivateNetworks;

/// <summary>
/// Runs this program again in namespaces of its own (network, mounts, processes). All hosts, links and processes that it makes are in there, so the kernel
/// takes everything away when it ends, however it ends.
/// </summary>
internal static class PrivateNetwork
{
    private const string Mark = "REPLICATED_DS_PRIVATE_NETWORK";
    private static readonly string[] Enter = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

    public static bool IsInside => Environment.GetEnvironmentVariable(Mark) == "1";

    /// <summary>Why there cannot be one here, as a sentence; <c>null</c>: there can.</summary>
    /// <param name="hasDelays">Whether its lines are to have a length, as <see cref="VirtualNetwork"/> means it.</param>
    public static string? Objection(bool hasDelays = true)
    {
        foreach (var (program, package) in (ReadOnlySpan<(string, string)>)[("unshare", "util-linux"), ("ip", "iproute2"), ("tc", "iproute2"), ("nft", "nftables"), ("redis-server", "redis-server")])
        {
            if (Command.Try(["sh", "-c", $"command -v {program}"]).Code != 0)
            {
                return $"'{program}' is missing: install the package '{package}'.";
            }
        }

        var (tunnel, test) = hasDelays ? (", nftables and /dev/net/tun", " && test -c /dev/net/tun") : (" and nftables", "");
        var (code, _, errors) = Command.Try([.. Enter, "sh", "-c", "ip link add probe type bridge && nft list ruleset" + test]);
        return code == 0 ? null : $"Network namespaces with a bridge{tunnel} cannot be made here ({(errors.Trim() is { Length: > 0 } said ? said : $"exit code {code}")}); it takes root, or the capabilities SYS_ADMIN and NET_ADMIN.";
    }

    /// <summary>Runs this program with the same arguments inside, and gives its exit code.</summary>
    public static async Task<int> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Enter[0], [.. Enter[1..], Environment.ProcessPath!, .. Itself(), .. arguments]) { RedirectStandardInput = true };
        start.Environment[Mark] = "1";
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        using var interrupted = new PosixSignals(process);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode;
    }

    /// <summary>To be called inside: nothing outside sees the hosts, and all ends when the program outside does.</summary>
    public static void Settle()
    {
        Directory.CreateDirectory("/run/netns");
        Command.Run("mount", "-t", "tmpfs", "tmpfs", "/run/netns");
        Command.Run("ip", "link", "set", "lo", "up");
        var watch = new Thread(() =>
        {
            while (Console.Read() >= 0)
            {
            }

            Environment.Exit(130); // the standard input is a pipe of the program outside
        })
        {
            IsBackground = true,
        };
        watch.Start();
    }

    /// <summary>As `dotnet program.dll`, if that is how it was started.</summary>
    private static string[] Itself() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(PrivateNetwork).Assembly.Location] : [];

    /// <summary>Ctrl+C and SIGTERM end the program inside; this one then cleans up after it.</summary>
    private sealed class PosixSignals : IDisposable
    {
        private readonly IDisposable[] _registrations;

        public PosixSignals(Process inside) => _registrations =
        [
            .. new[] { System.Runtime.InteropServices.PosixSignal.SIGINT, System.Runtime.InteropServices.PosixSignal.SIGTERM }.Select(signal =>
                System.Runtime.InteropServices.PosixSignalRegistration.Create(signal, context =>
                {
                    context.Cancel = true;
                    inside.Kill(); // and with it, by --kill-child, the first process inside, and all others
                })),
        ];

        public void Dispose() => Array.ForEach(_registrations, one => one.Dispose());
    }
}
