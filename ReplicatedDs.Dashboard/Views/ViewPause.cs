using System.Globalization;
using Microsoft.JSInterop;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Views;

/// <summary>
/// Whether this viewer has paused the picture; the cluster goes on. The button is the shell's and works without the circuit too; what
/// the circuit draws follows it through this.
/// </summary>
public sealed class ViewPause(TimeProvider time)
{
    private DateTimeOffset _since;
    private bool _isAsked;

    public bool IsOn { get; private set; }

    /// <summary>An action has to ask first: it acts on the cluster as it is now, and the viewer looks at an earlier one and was not asked yet.</summary>
    public bool MustAsk => IsOn && !_isAsked;

    /// <summary>The time of day of the picture that stands.</summary>
    public string Since => TimeZoneInfo.ConvertTime(_since, time.LocalTimeZone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public void Asked() => _isAsked = true;

    /// <summary>Pulses when the viewer pauses or goes on.</summary>
    internal ChangeSignal Changed { get; } = new();

    /// <summary>Called by the page's script.</summary>
    [JSInvokable]
    public void Set(bool isOn)
    {
        (IsOn, _isAsked, _since) = (isOn, false, time.GetUtcNow());
        Changed.Pulse();
    }
}
