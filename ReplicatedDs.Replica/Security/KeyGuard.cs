using System.Collections.Concurrent;
using System.Net;
using System.Text;
using ReplicatedDs.ServiceDefaults.Access;

namespace ReplicatedDs.Replica.Security;

/// <summary>
/// What a presented key allows, the same at every listener; and whoever guesses has to wait. A place that is locked out is told nothing about the keys it
/// presents, right ones among them, but those which it has shown before go on being good: somebody else's guesses behind one address do not lock out who
/// works there. Nothing here takes a lock, or allocates, for a key that was shown before. Safe from any thread.
/// </summary>
internal sealed class KeyGuard(AccessKeys keys, FailedAttempts attempts)
{
    private const int ShownMax = 10_000;
    private const int ShortKey = 256;

    private readonly ConcurrentDictionary<(SourceNetwork Source, int Key), bool> _shown = new();
    private int _shownCount;

    /// <inheritdoc cref="AccessKeys.IsOpen"/>
    public bool IsOpen => keys.IsOpen;

    /// <inheritdoc cref="AccessKeys.Anybody"/>
    public AccessRole Anybody => keys.Anybody;

    /// <param name="source">Where the caller is.</param>
    /// <exception cref="TooManyWrongKeysException">Too many wrong keys came from there.</exception>
    public AccessRole RoleOf(IPAddress? source, ReadOnlySpan<byte> presented)
    {
        var (role, key) = keys.Find(presented);
        if (role != AccessRole.None && _shown.ContainsKey((SourceNetwork.Of(source), key)))
        {
            return role;
        }

        if (attempts.LockedFor(source) is { } wait)
        {
            throw new TooManyWrongKeysException(wait);
        }

        if (role == AccessRole.None)
        {
            attempts.Failed(source);
        }
        else if (Volatile.Read(ref _shownCount) < ShownMax && _shown.TryAdd((SourceNetwork.Of(source), key), true))
        {
            Interlocked.Increment(ref _shownCount);
        }

        return role;
    }

    /// <inheritdoc cref="RoleOf(IPAddress?, ReadOnlySpan{byte})"/>
    public AccessRole RoleOf(IPAddress? source, ReadOnlySpan<char> presented)
    {
        var length = Encoding.UTF8.GetMaxByteCount(presented.Length);
        Span<byte> bytes = length <= ShortKey ? stackalloc byte[ShortKey] : new byte[length];
        return RoleOf(source, bytes[..Encoding.UTF8.GetBytes(presented, bytes)]);
    }

    /// <summary>What a header <c>Authorization: Bearer …</c> allows; without a key in it that is nothing, and no guess.</summary>
    /// <exception cref="TooManyWrongKeysException">Too many wrong keys came from there.</exception>
    public AccessRole RoleOfBearer(IPAddress? source, string? header)
    {
        const string Scheme = "Bearer ";
        var given = header.AsSpan();
        given = given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? given[Scheme.Length..].Trim() : [];
        return given.IsEmpty ? AccessRole.None : RoleOf(source, given);
    }
}
