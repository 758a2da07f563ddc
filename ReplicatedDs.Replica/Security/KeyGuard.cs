using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using ReplicatedDs.ServiceDefaults.Access;

namespace ReplicatedDs.Replica.Security;

/// <summary>
/// What a presented key allows, the same at every listener; and whoever guesses has to wait. A place that is locked out is told nothing about the keys
/// that it presents, right ones among them: connections that have shown theirs before go on. For these nothing here takes a lock or allocates. Safe from
/// any thread.
/// </summary>
internal sealed class KeyGuard(AccessKeys keys, FailedAttempts attempts)
{
    private const int ShortKey = 256;

    private readonly ConditionalWeakTable<IConnectionLifetimeFeature, ShownKey> _connections = [];

    /// <inheritdoc cref="AccessKeys.IsOpen"/>
    public bool IsOpen => keys.IsOpen;

    /// <inheritdoc cref="AccessKeys.Anybody"/>
    public AccessRole Anybody => keys.Anybody;

    /// <param name="source">Where the caller is.</param>
    /// <exception cref="TooManyWrongKeysException">Too many wrong keys came from there.</exception>
    public AccessRole RoleOf(IPAddress? source, ReadOnlySpan<byte> presented) => RoleOf(source, presented, null);

    /// <inheritdoc cref="RoleOf(IPAddress?, ReadOnlySpan{byte})"/>
    public AccessRole RoleOf(IPAddress? source, ReadOnlySpan<char> presented) => RoleOf(source, presented, null);

    /// <summary>What the header <c>Authorization: Bearer …</c> allows; without a key in it that is nothing, and no guess.</summary>
    /// <exception cref="TooManyWrongKeysException">Too many wrong keys came from there.</exception>
    public AccessRole RoleOf(HttpContext context)
    {
        const string Scheme = "Bearer ";
        var given = ((string?)context.Request.Headers.Authorization).AsSpan();
        given = given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? given[Scheme.Length..].Trim() : [];
        return given.IsEmpty
            ? AccessRole.None
            : RoleOf(context.Connection.RemoteIpAddress, given, context.Features.Get<IConnectionLifetimeFeature>());
    }

    private AccessRole RoleOf(IPAddress? source, ReadOnlySpan<char> presented, IConnectionLifetimeFeature? connection)
    {
        var length = Encoding.UTF8.GetMaxByteCount(presented.Length);
        Span<byte> bytes = length <= ShortKey ? stackalloc byte[ShortKey] : new byte[length];
        return RoleOf(source, bytes[..Encoding.UTF8.GetBytes(presented, bytes)], connection);
    }

    private AccessRole RoleOf(IPAddress? source, ReadOnlySpan<byte> presented, IConnectionLifetimeFeature? connection)
    {
        var (role, key) = keys.Find(presented);
        ShownKey? shown = null;
        if (role != AccessRole.None && connection is not null && _connections.TryGetValue(connection, out shown) && shown.Key == key)
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
        else if (shown is not null)
        {
            shown.Key = key;
        }
        else if (connection is not null)
        {
            _connections.AddOrUpdate(connection, new ShownKey { Key = key });
        }

        return role;
    }

    /// <summary>The key that a connection has shown last; it may be used for many requests at once.</summary>
    private sealed class ShownKey
    {
        public volatile int Key;
    }
}
