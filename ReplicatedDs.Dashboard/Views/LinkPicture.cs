namespace ReplicatedDs.Dashboard.Views;

/// <summary>The link by which one replica's own updates reach another, in that direction only.</summary>
/// <param name="Mode"><c>ok</c>, <c>hold</c>, <c>drop</c> or <c>delay</c>.</param>
/// <param name="Queued">Updates not sent on it yet.</param>
/// <param name="ExpiresAt">When a fault heals by itself.</param>
public sealed record LinkPicture(int From, int To, string Mode, int DelayMs, int JitterMs, int DropPercent, long Queued, DateTimeOffset? ExpiresAt)
{
    public bool IsFaulty => Mode != "ok";

    /// <summary>The state in words, such as <c>held</c>.</summary>
    public string Word => Mode switch
    {
        "ok" => "ok",
        "hold" => "held",
        "drop" => DropPercent >= 100 ? "dropping" : $"dropping {DropPercent} %",
        "delay" => JitterMs > 0 ? $"delayed {DelayMs} ± {JitterMs} ms" : $"delayed {DelayMs} ms",
        _ => Mode,
    };
}
