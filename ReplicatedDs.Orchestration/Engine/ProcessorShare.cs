using System.Runtime.InteropServices;

namespace Aspire.Hosting.Engine;

/// <summary>
/// Keeps many processes of one project from crowding out everything else on the machine. Where Linux shares processors among sessions first (sched(7), "The autogroup
/// feature"), and each process here leads one, eight busy replicas would get eight times what the browser gets that shows them. Together they count as
/// <see cref="Shares"/> sessions at most. It matters only while there is more to do than the processors can.
/// </summary>
internal static class ProcessorShare
{
    private const int Shares = 3;

    /// <summary>What one step of niceness is worth: the ratio of the scheduler's weights.</summary>
    private const double Step = 1.25;

    /// <summary>Who is not privileged may change one session in a tenth of a second, all sessions of the machine counted.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(120);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How nice each of so many must be.</summary>
    public static int NicenessOf(int processes) => processes <= Shares ? 0 : (int)Math.Ceiling(Math.Log((double)processes / Shares, Step));

    /// <summary>Makes the session that a child leads so nice. Does nothing where there is no such feature.</summary>
    /// <param name="gone">Completes when the child ends.</param>
    public static async Task LimitAsync(int child, int niceness, Task gone)
    {
        var file = $"/proc/{child}/autogroup";
        if (niceness == 0 || !File.Exists(file))
        {
            return;
        }

        var text = System.Text.Encoding.ASCII.GetBytes($"{niceness}\n");
        for (var tries = (int)(Patience / Between); tries > 0 && !gone.IsCompleted; tries--)
        {
            // Until then it is in the session of this process.
            if (SessionOf(child) == child && TryWrite(file, text))
            {
                return;
            }

            await Task.WhenAny(gone, Task.Delay(Between));
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

    [DllImport("libc", EntryPoint = "getsid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SessionOf(int process);
}
