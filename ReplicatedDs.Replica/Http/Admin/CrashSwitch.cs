using System.Diagnostics;

namespace ReplicatedDs.Replica.Http.Admin;

/// <summary>Ends the process as a power cut would: nothing is flushed, nobody is told.</summary>
/// <param name="kill">What it does; tests put something survivable here.</param>
internal sealed class CrashSwitch(Action kill)
{
    public CrashSwitch()
        : this(() => Process.GetCurrentProcess().Kill())
    {
    }

    public void Crash() => kill();
}
