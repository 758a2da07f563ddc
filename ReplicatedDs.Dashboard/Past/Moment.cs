using System.Globalization;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>A moment that a viewer looks at: the state behind an event of the log.</summary>
/// <param name="N">The event's number; 0: before the first.</param>
/// <param name="T">Its time, in Unix microseconds.</param>
public sealed record Moment(long N, long T)
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public DateTimeOffset At => DateTimeOffset.UnixEpoch.AddTicks(T * 10);

    /// <summary>As it stands in an address, such as <c>2026-01-01T14:01:33.204512Z~1234</c>: the number tells apart what happened at one time.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{At.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture)}~{N}");

    /// <summary>Reads a name; the number may be left out.</summary>
    public static Moment? Parse(string? name)
    {
        var parts = (name ?? "").Split('~', 2);
        var number = -1L;
        return DateTimeOffset.TryParse(parts[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            && (parts.Length == 1 || long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out number))
            ? new Moment(number, (at - DateTimeOffset.UnixEpoch).Ticks / 10)
            : null;
    }
}
