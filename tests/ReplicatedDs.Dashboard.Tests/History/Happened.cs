using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Tests.History;

/// <summary>Events as a replica's feed tells them.</summary>
internal static class Happened
{
    public static readonly DateTimeOffset Begin = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

    /// <param name="ms">Milliseconds after <see cref="Begin"/>.</param>
    public static EventView Event(string kind, int replica, string? dot, double ms = 0, string? key = null, params (int Replica, long Counter)[] deps) => new(
        0,
        ((Begin - DateTimeOffset.UnixEpoch).Ticks / 10) + (long)(ms * 1000),
        replica,
        null,
        kind,
        dot,
        key is null ? [] : [key],
        deps.ToDictionary(entry => entry.Replica.ToString(System.Globalization.CultureInfo.InvariantCulture), entry => entry.Counter),
        [],
        false,
        null);
}
