namespace ReplicatedDs.Dashboard.Components.Metrics;

/// <summary>One line, or one part of stacked bars, of a chart.</summary>
/// <param name="Replica">Whose colour it has; 0: that of the accent, or of waiting where <paramref name="IsWaiting"/>.</param>
/// <param name="Values">One for each stretch of time; <c>null</c>: not known, which is drawn as a gap and not as nothing.</param>
public sealed record ChartSeries(string Name, int Replica, IReadOnlyList<double?> Values, bool IsWaiting = false)
{
    public string Colour => Replica > 0 ? $"var(--replica-{((Replica - 1) % 8) + 1})" : IsWaiting ? "var(--waiting)" : "var(--accent)";

    /// <summary>Lines of the same colour differ in their dashes.</summary>
    public string Dash => Replica > 16 ? "dash-3" : Replica > 8 ? "dash-2" : "";
}
