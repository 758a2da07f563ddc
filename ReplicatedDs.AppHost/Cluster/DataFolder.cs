using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ReplicatedDs.AppHost.Cluster;

/// <summary>The folder of one cluster on this machine. One app host at a time holds it.</summary>
internal sealed partial class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly string[] Roles = ["read", "write", "operate"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream fileLock, string clusterKey)
    {
        Root = path;
        _lock = fileLock;
        ClusterKey = clusterKey;
    }

    public string Root { get; }

    /// <value>The secret that replicas share with each other and with operators.</value>
    public string ClusterKey { get; }

    /// <summary>The access keys of the replicas, one for each role. They are drawn when they are first asked for, and stay.</summary>
    /// <returns>The file that holds them.</returns>
    public string AccessKeys()
    {
        var path = Path.Combine(Root, "keys.json");
        if (!File.Exists(path))
        {
            var keys = Roles.Select(role => new { name = role, role, key = NewSecret() });
            WriteSecret(path, JsonSerializer.SerializeToUtf8Bytes(new { keys }, Indented));
        }

        return path;
    }

    public string Ids => Path.Combine(Root, "ids.json");

    public string ClusterFile => Path.Combine(Root, "cluster.json");

    public string Redis => Path.Combine(Root, "redis");

    /// <exception cref="RefusedException">Held by another app host, or not writable.</exception>
    public static DataFolder Open(string path)
    {
        try
        {
            Create(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, exception);
        }

        var fileLock = Lock(path);
        try
        {
            File.Delete(Path.Combine(path, "cluster.json")); // of a run that was killed
            Directory.CreateDirectory(Path.Combine(path, "redis"));
            return new DataFolder(path, fileLock, ReadOrCreateKey(Path.Combine(path, "cluster.key")));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fileLock.Dispose();
            throw Unusable(path, exception);
        }
    }

    public string Replica(string name) => Path.Combine(Root, name);

    /// <summary>Who lives in the slot; null: nobody, or a file that cannot be read at this moment.</summary>
    public Identity? IdentityOf(string name)
    {
        try
        {
            return JsonSerializer.Deserialize<Identity>(File.ReadAllBytes(Path.Combine(Replica(name), "identity.json")), JsonSerializerOptions.Web);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public bool HasIdentity(string name) => File.Exists(Path.Combine(Replica(name), "identity.json"));

    public bool HasAnyIdentity() => SlotsWithIdentity().Count > 0;

    /// <summary>The numbers of the slots in which somebody lives, ascending.</summary>
    public IReadOnlyList<int> SlotsWithIdentity() =>
    [
        .. Directory.EnumerateDirectories(Root)
            .Select(folder => SlotName().Match(Path.GetFileName(folder)))
            .Where(match => match.Success && HasIdentity(match.Value))
            .Select(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
            .Order(),
    ];

    /// <summary>Somebody lived there and left: its folder was archived as <c>replica-n.left-…</c>.</summary>
    public bool WasLeft(string name) => Directory.EnumerateDirectories(Root, name + ".*").Any();

    /// <summary>Replaces a file of ours at once, readable for its owner alone.</summary>
    public static void WriteSecret(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        File.Delete(temporary); // its mode would otherwise stay
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>What the replicas store is for its owner alone, too; a folder that exists keeps its mode.</summary>
    private static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(Path.Combine(path, "apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw Unusable(path, exception);
        }
        catch (IOException exception)
        {
            throw IsHeld(exception)
                ? new RefusedException($"Another AppHost runs on {path}: stop it, or give another folder with --Data.")
                : Unusable(path, exception);
        }
    }

    /// <summary>A sharing violation on Windows; on Unix, EWOULDBLOCK (11 on Linux, 35 on macOS) from the lock.</summary>
    private static bool IsHeld(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static RefusedException Unusable(string path, Exception exception) =>
        new($"The data folder {path} cannot be used: {exception.Message.TrimEnd('.')}.");

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static string ReadOrCreateKey(string path)
    {
        if (!File.Exists(path))
        {
            WriteSecret(path, Encoding.ASCII.GetBytes(NewSecret()));
        }

        var key = File.ReadAllText(path).Trim();
        return key.Length >= 16 ? key : throw new RefusedException($"The cluster key in {path} has fewer than 16 characters.");
    }

    [GeneratedRegex("^replica-([1-9][0-9]?)$")]
    private static partial Regex SlotName();
}
