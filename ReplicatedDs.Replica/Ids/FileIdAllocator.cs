using System.Globalization;
using System.Text.Json;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Ids;

/// <summary>
/// Ids from a file on this machine, for when there is no Redis: every allocation takes an exclusive lock, and is on the disk before it
/// is answered. Safe from any thread and process of the machine; it serves no second machine.
/// </summary>
/// <remarks>A file that is not there (lost, or this allocator replaces Redis) has no epoch and is re-seeded (R2).</remarks>
public sealed class FileIdAllocator : IIdAllocator, IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(5);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    // Those in this process queue here, so that only one of them polls the lock file.
    private readonly SemaphoreSlim _mine = new(1, 1);

    // The cluster that this process has begun to found and was not told that it has.
    private string? _founding;

    /// <param name="timeout">How long to wait for other processes; 10 s unless told.</param>
    public FileIdAllocator(string path, TimeProvider time, TimeSpan? timeout = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(time);
        _path = Path.GetFullPath(path);
        _time = time;
        _timeout = timeout ?? TimeSpan.FromSeconds(10);
    }

    public string Kind => "file";

    public async Task FoundAsync(string clusterId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(clusterId);
        await LockedAsync(
            () =>
            {
                if (File.Exists(_path))
                {
                    var known = Read()!.Value.ClusterId;
                    if (known == clusterId && known == _founding)
                    {
                        return 1; // an earlier attempt that failed only after the file was there
                    }

                    throw new IdAllocatorException(
                        $"{_path} already belongs to cluster {known}: join that one, or, if it is no more, delete the file.", isTransient: false);
                }

                _founding = clusterId;
                Write(clusterId, 1, NewEpoch());
                return 1;
            },
            cancellationToken).ConfigureAwait(false);
        _founding = null;
    }

    public async Task<ReplicaId> AllocateAsync(
        string clusterId, ReplicaId highestKnown, Func<CancellationToken, Task<ReplicaId>> highestAnywhere, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(clusterId);
        ArgumentNullException.ThrowIfNull(highestAnywhere);
        var id = await LockedAsync(() => Next(clusterId, highestKnown.Value, null), cancellationToken).ConfigureAwait(false);
        if (id == 0)
        {
            // Others are asked outside of the lock; if one of them re-seeded meanwhile, its counter is what counts.
            var anywhere = await highestAnywhere(cancellationToken).ConfigureAwait(false);
            id = await LockedAsync(() => Next(clusterId, highestKnown.Value, anywhere.Value), cancellationToken).ConfigureAwait(false);
        }

        return new ReplicaId(id);
    }

    public void Dispose() => _mine.Dispose();

    private static string NewEpoch() => Guid.NewGuid().ToString("n");

    /// <summary>0: the counter is lost, and <paramref name="anywhere"/> was not given.</summary>
    private int Next(string clusterId, int known, int? anywhere)
    {
        var content = Read();
        if (content is { } other && other.ClusterId != clusterId)
        {
            throw new IdAllocatorException(
                $"{_path} belongs to another cluster, {other.ClusterId}: give each cluster a file of its own.", isTransient: false);
        }

        if (content is null && anywhere is null)
        {
            return 0;
        }

        var counter = content?.Counter ?? IdMargin.Above(Math.Max(known, anywhere ?? 0));
        var id = Math.Max(counter, known) + 1;
        if (id > int.MaxValue)
        {
            throw new IdAllocatorException($"{_path} has given out the largest id there is.", isTransient: false);
        }

        Write(clusterId, id, content?.Epoch ?? NewEpoch());
        return (int)id;
    }

    private (string ClusterId, long Counter, string Epoch)? Read()
    {
        if (!File.Exists(_path))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(_path));
            var root = json.RootElement;
            var counter = root.GetProperty("counter").GetInt64();
            if (root.GetProperty("clusterId").GetString() is { Length: > 0 } clusterId
                && root.GetProperty("epoch").GetString() is { Length: > 0 } epoch
                && counter is >= 1 and <= int.MaxValue)
            {
                return (clusterId, counter, epoch);
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Damaged(exception);
        }

        throw Damaged(null);
    }

    private IdAllocatorException Damaged(Exception? inner) =>
        new($"{_path} is damaged: delete it, and the ids are re-seeded above all that the members know.", isTransient: false, inner);

    private void Write(string clusterId, long counter, string epoch)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("clusterId", clusterId);
            json.WriteNumber("counter", counter);
            json.WriteString("epoch", epoch);
            json.WriteEndObject();
        }

        AtomicFile.Replace(_path, buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private async Task<int> LockedAsync(Func<int> action, CancellationToken cancellationToken)
    {
        await _mine.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
            return action();
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or DirectoryNotFoundException or PathTooLongException)
        {
            throw new IdAllocatorException($"{_path} cannot be written ({exception.Message.TrimEnd('.')}).", isTransient: false, exception);
        }
        catch (IOException exception)
        {
            throw new IdAllocatorException($"{_path} cannot be written ({exception.Message.TrimEnd('.')}).", isTransient: true, exception);
        }
        finally
        {
            _mine.Release();
        }
    }

    /// <summary>The lock is a file beside it that is never removed: the file itself is replaced by renaming, which would lose a lock on it.</summary>
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        var started = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
            {
                if (_time.GetElapsedTime(started) > _timeout)
                {
                    throw new IdAllocatorException(
                        string.Create(CultureInfo.InvariantCulture, $"Another process has held {_path} for {_timeout.TotalSeconds} s."), isTransient: true, exception);
                }
            }

            await Task.Delay(Retry, _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
