using Microsoft.AspNetCore.Components;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Otlp.Store;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Components.Pages;

/// <summary>
/// An island that draws what the receiver holds: it works when no replica ever answered the collector. It draws again
/// at most twice a second, when something was received or while something waits.
/// </summary>
public abstract class TracePanel : ComponentBase, IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _gone = new();
    private long _drawn = -1;
    private long _turn;

    [Inject]
    internal TraceStore Store { get; set; } = null!;

    [Inject]
    internal ClusterStore Cluster { get; set; } = null!;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    /// <summary>The moment that is drawn, in nanoseconds since the Unix epoch.</summary>
    protected long Now { get; private set; }

    [Inject]
    protected ViewPause Pause { get; set; } = null!;

    /// <summary>What is drawn is an earlier moment.</summary>
    protected bool IsPast => Pause.Moment is not null;

    /// <summary>What is drawn changes by itself, because something waits.</summary>
    protected bool IsMoving { get; set; }

    /// <summary>When the present process of a replica began, in nanoseconds since the Unix epoch; <c>null</c>: not known.</summary>
    internal long? StartOf(int replica) =>
        Cluster.Current.Members.FirstOrDefault(member => member.Id == replica)?.StartedAt is { } started ? (started - DateTimeOffset.UnixEpoch).Ticks * 100 : null;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gone.Cancel();
            _gone.Dispose();
        }
    }

    /// <summary>Takes from the store what is to be drawn.</summary>
    protected abstract void Look();

    protected override void OnParametersSet() => LookNow();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = WatchAsync(_gone.Token);
        }
    }

    private void LookNow()
    {
        _drawn = Store.Version;
        Now = ((Pause.Moment?.At ?? Time.GetUtcNow()) - DateTimeOffset.UnixEpoch).Ticks * 100;
        Look();
    }

    private async Task WatchAsync(CancellationToken gone)
    {
        try
        {
            while (true)
            {
                // Another moment is shown at once.
                var turned = Pause.Changed.Next;
                await ChangeSignal.WaitAsync(Pause.Version == _turn ? turned : Task.CompletedTask, LookInterval, Time, gone);
                if (Pause.Version != _turn ? !Pause.IsOn || Pause.Moment is not null : !Pause.IsOn && (IsMoving || Store.Version != _drawn))
                {
                    _turn = Pause.Version;
                    await InvokeAsync(() =>
                    {
                        LookNow();
                        StateHasChanged();
                    });
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The visitor left.
        }
    }
}
