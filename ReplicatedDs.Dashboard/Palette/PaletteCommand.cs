namespace ReplicatedDs.Dashboard.Palette;

/// <summary>An action that was typed, such as <c>partition r1 r2 | r3</c>.</summary>
/// <param name="Verb">Its first word.</param>
/// <param name="Replicas">The ids that it names; of a partition, one side.</param>
/// <param name="Sentence">What it will do.</param>
/// <param name="Problem">Why it cannot be done, in one sentence; <c>null</c>: it can.</param>
internal sealed record PaletteCommand(string Verb, IReadOnlyList<int> Replicas, string Sentence, string? Problem = null)
{
    public string Key { get; init; } = "";

    public string Value { get; init; } = "";

    public int DelayMs { get; init; }
}
