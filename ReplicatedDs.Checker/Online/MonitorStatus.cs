using System.Globalization;

namespace ReplicatedDs.Checker.Online;

/// <summary>The running verdict.</summary>
/// <param name="Checked">Deliveries and reads that were checked.</param>
/// <param name="Violations">Findings so far.</param>
/// <param name="NotChecked">Deliveries and reads that could not be checked, or not in full: over a gap, or over the window.</param>
/// <param name="Waiting">Events that wait for the write they name.</param>
/// <param name="Window">The window in events.</param>
public sealed record MonitorStatus(long Checked, long Violations, long NotChecked, int Waiting, int Window)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Checked:N0} deliveries and reads checked, {Violations:N0} violations; not checked: {NotChecked:N0}");
}
