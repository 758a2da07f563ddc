using Microsoft.AspNetCore.Components;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Components.Panels;

/// <summary>
/// An island of the live page. It shows the newest picture of the cluster at most twice a second, and what is no picture once: all of
/// them together stay far below the rate at which a circuit stops rendering, however busy the cluster is.
/// </summary>
public abstract class ClusterPanel : ComponentBase, IDisposable
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _gone = new();

    [Inject]
    internal ClusterStore Store { get; set; } = null!;

    [Inject]
    protected NoticeBoard Notices { get; set; } = null!;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    [Inject]
    protected ViewPause Pause { get; set; } = null!;

    /// <summary>The picture that is being drawn.</summary>
    protected ClusterView View { get; private set; } = ClusterView.Empty;

    /// <summary>It stands still while the viewer pauses. What must be known at once (faults, outcomes) and what is being typed do not.</summary>
    protected virtual bool StandsStill => true;

    private bool IsFrozen => StandsStill && Pause.IsOn;

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

    protected override void OnParametersSet() => View = Store.Current;

    protected override bool ShouldRender()
    {
        View = IsFrozen ? View : Store.Current;
        return true;
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = WatchAsync(_gone.Token);
        }
    }

    /// <summary>Carries out an action and shows what it came to.</summary>
    protected async Task PostAsync(Task<ActionOutcome> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Notices.Post(await action);
    }

    /// <summary>A span of time as people read it: <c>0:41</c>, <c>12:05</c>, <c>3:00:12</c>.</summary>
    protected static string Clocklike(TimeSpan span)
    {
        span = span < TimeSpan.Zero ? TimeSpan.Zero : span;
        return span.TotalHours >= 1 ? $"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}" : $"{span.Minutes}:{span.Seconds:00}";
    }

    private async Task WatchAsync(CancellationToken gone)
    {
        try
        {
            while (!gone.IsCancellationRequested)
            {
                var published = Store.Published.Next;
                var resumed = Pause.Changed.Next;
                if (IsFrozen)
                {
                    await resumed.WaitAsync(gone);
                    continue;
                }

                if (Store.Current.Version == View.Version)
                {
                    await published.WaitAsync(gone);
                }

                await InvokeAsync(StateHasChanged);
                await Task.Delay(StandsStill ? Quick : Calm, Time, gone);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The visitor left.
        }
    }
}
