using System.Globalization;

namespace ReplicatedDs.Dashboard.Otlp.Updates;

/// <summary>Which updates the list shows, and in what order: what the page's address says.</summary>
/// <param name="Key">A part of a key.</param>
/// <param name="Replica">Written there, or waited there.</param>
/// <param name="Problem">What of the address could not be used, in one sentence.</param>
internal sealed record TraceFilter(string Key, int? Replica, double MinMs, int MinShare, TraceOrder Order, bool IsAscending, string? Problem)
{
    public bool IsFiltering => Key.Length > 0 || Replica is not null || MinMs > 0 || MinShare > 0;

    public static TraceFilter Parse(string? key, string? replica, string? minMs, string? share, string? sort, string? dir)
    {
        var problems = new List<string>();
        int? at = null;
        if (Given(replica))
        {
            at = int.TryParse(replica!.TrimStart('r'), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0 ? id : null;
            Require(at is not null, $"'{Shown(replica)}' is no replica such as r2");
        }

        var least = 0.0;
        if (Given(minMs))
        {
            Require(
                double.TryParse(minMs, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out least) && double.IsFinite(least),
                $"'{Shown(minMs!)}' is no number of milliseconds");
        }

        var percent = 0;
        if (Given(share))
        {
            Require(int.TryParse(share, NumberStyles.None, CultureInfo.InvariantCulture, out percent) && percent <= 100, $"'{Shown(share!)}' is no percentage");
            percent = Math.Min(percent, 100);
        }

        var order = TraceOrder.Written;
        if (Given(sort))
        {
            Require(Enum.TryParse(sort, ignoreCase: true, out order) && Enum.IsDefined(order), $"the list cannot be sorted by '{Shown(sort!)}'");
            order = Enum.IsDefined(order) ? order : TraceOrder.Written;
        }

        return new TraceFilter(
            key?.Trim() ?? "",
            at,
            least,
            percent,
            order,
            dir == "asc",
            problems.Count == 0 ? null : $"A part of the filter is left out: {string.Join(", and ", problems)}.");

        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                problems.Add(otherwise);
            }
        }
    }

    /// <summary>The list's address with this filter.</summary>
    public string Address(TraceOrder order, bool ascending)
    {
        var parts = new List<string>();
        Add("key", Key);
        Add("replica", Replica is { } id ? "r" + id : "");
        Add("min", MinMs > 0 ? MinMs.ToString(CultureInfo.InvariantCulture) : "");
        Add("share", MinShare > 0 ? MinShare.ToString(CultureInfo.InvariantCulture) : "");
        Add("sort", order == TraceOrder.Written && !ascending ? "" : order.ToString().ToLowerInvariant());
        Add("dir", ascending ? "asc" : "");
        return parts.Count == 0 ? "traces" : "traces?" + string.Join('&', parts);

        void Add(string name, string value)
        {
            if (value.Length > 0)
            {
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }
    }

    public bool Matches(UpdateTrace update, long now) =>
        (Key.Length == 0 || update.Keys.Any(key => key.Contains(Key, StringComparison.OrdinalIgnoreCase)))
        && (Replica is not { } id || update.Origin == id || update.PartAt(id) is { HasWaited: true })
        && (MinMs <= 0 || update.Took(now) >= MinMs * 1e6)
        && (MinShare <= 0 || update.WaitShare(now) * 100 >= MinShare);

    public IEnumerable<UpdateTrace> Sort(IEnumerable<UpdateTrace> updates, long now)
    {
        Func<UpdateTrace, double> by = Order switch
        {
            TraceOrder.Half => update => update.AtHalf ?? double.MaxValue,
            TraceOrder.Took => update => update.Took(now),
            TraceOrder.Share => update => update.WaitShare(now),
            _ => update => update.Start,
        };
        return Order == TraceOrder.Key
            ? IsAscending ? updates.OrderBy(update => update.Key, StringComparer.Ordinal).ThenByDescending(update => update.Start)
                : updates.OrderByDescending(update => update.Key, StringComparer.Ordinal).ThenByDescending(update => update.Start)
            : IsAscending ? updates.OrderBy(by).ThenByDescending(update => update.Start) : updates.OrderByDescending(by).ThenByDescending(update => update.Start);
    }

    private static bool Given(string? text) => !string.IsNullOrWhiteSpace(text);

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
