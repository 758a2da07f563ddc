using System.Security.Cryptography;
using System.Text;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Sessions;

/// <summary>
/// The session that joins one invocation to the next: its token in a file of the user's state folder, one per cluster, readable for its owner alone.
/// Invocations at the same time merge what they have seen.
/// </summary>
internal sealed class SessionFile(string stateFolder, string clusterId)
{
    private const int BytesMax = 256 << 10;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(2);

    private readonly string _path = Path.Combine(
        stateFolder, "sessions", $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(clusterId)))[..32]}.token");

    /// <summary>The token; <c>null</c> if none is kept or it cannot be read.</summary>
    public string? Read()
    {
        try
        {
            var file = new FileInfo(_path);
            return file.Exists && file.Length is > 0 and < BytesMax && File.ReadAllText(_path).Trim() is { Length: > 0 } text && text.All(IsTokenCharacter) ? text : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Adds what was seen to what is kept.</summary>
    /// <returns>Why it could not, or <c>null</c>.</returns>
    public string? Keep(string token)
    {
        try
        {
            CreateFolder();
            using var held = Lock();
            var kept = Read();
            var merged = kept is null ? token : CausalSession.MergeTokens(kept, token);
            if (merged == kept)
            {
                return null;
            }

            var temporary = _path + ".new";
            File.Delete(temporary); // its mode would otherwise stay
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new StreamWriter(temporary, Encoding.ASCII, options))
            {
                file.WriteLine(merged);
            }

            File.Move(temporary, _path, overwrite: true);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    /// <summary>Starts afresh; false if nothing was kept.</summary>
    public bool Forget()
    {
        try
        {
            var existed = File.Exists(_path);
            File.Delete(_path);
            return existed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ',' or ' ' or '.' or '=';

    private void CreateFolder()
    {
        var folder = Path.GetDirectoryName(_path)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private FileStream Lock()
    {
        for (var deadline = DateTime.UtcNow + LockPatience; ; Thread.Sleep(10))
        {
            try
            {
                return new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                // Another invocation keeps its session at this moment.
            }
        }
    }
}
