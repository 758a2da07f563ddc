namespace ReplicatedDs.Replica.Gateways;

/// <summary>A cancellation after some time on our clock, or when the replica stops.</summary>
internal sealed class Deadline : CancellationTokenSource
{
    private readonly CancellationTokenRegistration _registration;

    public Deadline(TimeProvider time, TimeSpan after, CancellationToken stop)
        : base(after, time) =>
        _registration = stop.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), this);

    protected override void Dispose(bool disposing)
    {
        _registration.Dispose();
        base.Dispose(disposing);
    }
}
