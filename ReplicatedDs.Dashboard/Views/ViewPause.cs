using System.Globalization;
using Microsoft.JSInterop;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Past;

namespace ReplicatedDs.Dashboard.Views;

/// <summary>
/// What this viewer looks at: the cluster as it is, a picture that stands still, or an earlier moment. The cluster goes on in any case.
/// The shell decides, and works without the circuit too; what the circuit draws follows it through this.
/// </summary>
public sealed class ViewPause(TimeProvider time)
{
    private DateTimeOffset _since;
    private bool _isAsked;

    /// <summary>The picture does not follow the cluster.</summary>
    public bool IsOn { get; private set; }

    /// <summary>The earlier moment; <c>null</c>: now, or the picture that stood when the viewer paused.</summary>
    public Moment? Moment { get; private set; }

    /// <summary>Grows with every change.</summary>
    public long Version { get; private set; }

    /// <summary>An action has to ask first: it acts on the cluster as it is now, and the viewer looks at an earlier one and was not asked yet.</summary>
    public bool MustAsk => IsOn && !_isAsked;

    /// <summary>The time of day of the picture that is looked at.</summary>
    public string Since => TimeZoneInfo.ConvertTime(Moment?.At ?? _since, time.LocalTimeZone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public void Asked() => _isAsked = true;

    /// <summary>Pulses when the viewer pauses, goes on, or looks at another moment.</summary>
    internal ChangeSignal Changed { get; } = new();

    /// <summary>Called by the page's script.</summary>
    /// <param name="n">The event behind which the moment is; negative: no earlier moment.</param>
    /// <param name="t">Its time, in Unix microseconds.</param>
    [JSInvokable]
    public void Set(bool isOn, long n, long t)
    {
        (IsOn, _isAsked, _since) = (isOn, false, time.GetUtcNow());
        Moment = isOn && n >= 0 ? new Moment(n, t) : null;
        Version++;
        Changed.Pulse();
    }
}
