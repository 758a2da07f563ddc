namespace ReplicatedDs.AppHost.Settings;

/// <summary>One key of the configuration that the app host knows.</summary>
/// <param name="Key">As a switch it is written <c>--Key value</c>, as an environment variable with <c>__</c> for <c>:</c>.</param>
/// <param name="Default">Used where nothing is given; empty: none.</param>
/// <param name="Expected">What a good value is, to complete "… is not …".</param>
/// <param name="Meaning">A line for <c>--help</c>.</param>
/// <param name="IsGood">Whether a given value can be used.</param>
internal sealed record Setting(string Key, string Default, string Expected, string Meaning, Func<string, bool> IsGood)
{
    public static Setting Number(string key, int preset, int least, int most, string meaning) => new(
        key,
        preset.ToString(CultureInfo.InvariantCulture),
        $"a whole number from {least} to {most}",
        meaning,
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most);

    public static Setting Choice(string key, string meaning, params string[] choices) => new(
        key,
        choices[0],
        choices.Length == 2 ? string.Join(" or ", choices) : "one of " + string.Join(", ", choices),
        meaning,
        text => choices.Contains(text, StringComparer.OrdinalIgnoreCase));

    public static Setting Switch(string key, string meaning) => Choice(key, meaning, "true", "false");
}
