using Microsoft.JSInterop;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Views;

/// <summary>
/// Whether this viewer has paused the picture; the cluster goes on. The button is the shell's and works without the circuit too; what
/// the circuit draws follows it through this.
/// </summary>
public sealed class ViewPause
{
    public bool IsOn { get; private set; }

    /// <summary>Pulses when the viewer pauses or goes on.</summary>
    internal ChangeSignal Changed { get; } = new();

    /// <summary>Called by the page's script.</summary>
    [JSInvokable]
    public void Set(bool isOn)
    {
        IsOn = isOn;
        Changed.Pulse();
    }
}
