using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ReplicatedDs.Replica.Storage;

/// <summary>Puts on the disk what was only handed to the operating system, and says so if that fails.</summary>
/// <remarks>
/// On Unix neither <see cref="RandomAccess.FlushToDisk"/> nor <see cref="FileStream.Flush(bool)"/> of .NET 10 does: its native part answers 1 where <c>fsync</c>
/// answered -1 (it compares before it assigns), and its callers look for less than 0. So a disk that lost what it had taken looked like one that has it.
/// </remarks>
internal static class DiskSync
{
    private const int Interrupted = 4;

    /// <summary>All that was written to the file, by whomever, is on the disk on return.</summary>
    /// <exception cref="IOException">Nobody can say what of it is. The system reports that once: a later call that succeeds says nothing of it.</exception>
    public static void File(SafeFileHandle file, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file); // on macOS it asks the disk itself to write, which fsync does not
        }

        if (!OperatingSystem.IsWindows())
        {
            Sync((int)file.DangerousGetHandle(), path);
            GC.KeepAlive(file);
        }
    }

    /// <summary>Renames and removals in the folder are on the disk on return. Windows does this by itself.</summary>
    /// <exception cref="IOException">They may not be.</exception>
    public static void Folder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // .NET opens no folders, so the three calls of the C library are made directly.
        var descriptor = Native.Open([.. Encoding.UTF8.GetBytes(folder), 0], 0);
        if (descriptor < 0)
        {
            throw new IOException($"The folder {folder} cannot be opened ({Reason()}).");
        }

        try
        {
            Sync(descriptor, folder);
        }
        finally
        {
            _ = Native.Close(descriptor);
        }
    }

    private static void Sync(int descriptor, string path)
    {
        while (Native.Sync(descriptor) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw new IOException($"{path} cannot be synced ({Reason()}).");
            }
        }
    }

    private static string Reason() => Marshal.GetLastPInvokeErrorMessage();

    private static class Native
    {
        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Open(byte[] path, int flags);

        /// <summary>The process's <c>fsync</c>, which need not be that of the C library: whoever makes disks fail for a test comes before it.</summary>
        public static readonly SyncCall Sync =
            Marshal.GetDelegateForFunctionPointer<SyncCall>(NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "fsync"));

        [UnmanagedFunctionPointer(CallingConvention.Cdecl, SetLastError = true)]
        public delegate int SyncCall(int descriptor);

        [DllImport("libc", EntryPoint = "close")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Close(int descriptor);
    }
}
