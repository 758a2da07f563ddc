using Microsoft.AspNetCore.Components.Server.Circuits;
using ReplicatedDs.Dashboard.Lessons;

namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>
/// One viewer's circuit. When its page is left or closed the viewer leaves the scenario at once; when only the connection is lost (a
/// killed browser looks like that) after a short time in which a page that merely stuttered comes back.
/// </summary>
internal sealed class ViewerSeat(LessonStage stage, TimeProvider time, ILogger<ViewerSeat> logger) : CircuitHandler, IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private CancellationTokenSource? _lost;

    public Guid Viewer { get; } = Guid.NewGuid();

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref _lost, null)?.Cancel();
        return Task.CompletedTask;
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        var lost = new CancellationTokenSource();
        Interlocked.Exchange(ref _lost, lost)?.Cancel();
        _ = LeaveAfterGraceAsync(lost.Token);
        return Task.CompletedTask;
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Dispose();
        return LeaveAsync("its page was closed");
    }

    public void Dispose() => Interlocked.Exchange(ref _lost, null)?.Cancel();

    private async Task LeaveAfterGraceAsync(CancellationToken back)
    {
        try
        {
            await Task.Delay(Grace, time, back);
            await LeaveAsync("its connection was lost");
        }
        catch (OperationCanceledException)
        {
            // It came back, or the circuit was closed and has said so itself.
        }
    }

    private Task LeaveAsync(string reason)
    {
        if (stage.Current.Owner == Viewer)
        {
            logger.ViewerGone(reason);
        }

        return stage.LeaveAsync(Viewer);
    }
}
