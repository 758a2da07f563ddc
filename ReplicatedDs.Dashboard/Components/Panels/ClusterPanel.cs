using Microsoft.AspNetCore.Components;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Past;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Components.Panels;

/// <summary>
/// An island of the live page. It shows the newest picture of the cluster at most twice a second, and what is no picture once, and only
/// when something that it draws has changed; less often where the browser is slow to show what it gets. So all of them together stay far
/// below the rate at which a circuit stops rendering, and a click does not stand in line behind pictures.
/// </summary>
public abstract class ClusterPanel : ComponentBase, IDisposable
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    // A picture that took long to be shown is followed by a rest this many times as long.
    private const int RestFactor = 4;
    private static readonly TimeSpan RestMax = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource _gone = new();
    private readonly ChangeSignal _shown = new();
    private object?[] _parts = [];

    [Inject]
    internal ClusterStore Store { get; set; } = null!;

    [Inject]
    protected NoticeBoard Notices { get; set; } = null!;

    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    [Inject]
    protected ViewPause Pause { get; set; } = null!;

    [Inject]
    internal TimeMachine Past { get; set; } = null!;

    /// <summary>The picture that is being drawn.</summary>
    protected ClusterView View { get; private set; } = ClusterView.Empty;

    /// <summary>It stands still while the viewer pauses. What must be known at once (faults, outcomes) and what is being typed do not.</summary>
    protected virtual bool StandsStill => true;

    /// <summary>What is drawn of a picture: as long as these are equal to those of the last one, it is not drawn again. All of it, unless a panel knows better.</summary>
    protected virtual IEnumerable<object?> Parts(ClusterView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return [view.Version];
    }

    /// <summary>The time of the picture: ages are counted from it.</summary>
    protected DateTimeOffset PictureTime => IsPast ? View.At : Time.GetUtcNow();

    /// <summary>What is drawn is an earlier moment.</summary>
    protected bool IsPast => StandsStill && Pause.Moment is not null;

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

    protected override void OnParametersSet() => View = Newest();

    protected override bool ShouldRender()
    {
        View = Newest();
        return true;
    }

    protected override void OnAfterRender(bool firstRender)
    {
        // Called when the browser has said that it shows it.
        _shown.Pulse();
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

    private ClusterView Newest() =>
        StandsStill && Pause.Moment is { } moment && Past.At(moment.N) is { } past ? past.View
        : IsFrozen && View.Version > 0 ? View
        : Store.Current;

    private async Task WatchAsync(CancellationToken gone)
    {
        var version = -1L;
        var paused = Pause.Version;
        try
        {
            while (!gone.IsCancellationRequested)
            {
                var published = Store.Published.Next;
                var resumed = Pause.Changed.Next;
                if (Pause.Version != paused)
                {
                    // Another moment, or back to now.
                    (paused, version, _parts) = (Pause.Version, -1, []);
                    if (IsFrozen)
                    {
                        await ShowAsync(gone);
                        continue;
                    }
                }

                if (IsFrozen)
                {
                    await resumed.WaitAsync(gone);
                    continue;
                }

                if (Store.Current is var newest && newest.Version == version)
                {
                    await published.WaitAsync(gone);
                    continue;
                }

                version = newest.Version;
                var rest = StandsStill ? Quick : Calm;
                object?[] parts = [.. Parts(newest)];
                if (!parts.AsSpan().SequenceEqual(_parts))
                {
                    _parts = parts;
                    var took = await ShowAsync(gone) * RestFactor;
                    rest = took > RestMax ? RestMax : took > rest ? took : rest;
                }

                await Task.Delay(rest, Time, gone);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The visitor left.
        }
    }

    /// <summary>Draws, and says how long it took until the browser showed it.</summary>
    private async Task<TimeSpan> ShowAsync(CancellationToken gone)
    {
        var began = Time.GetTimestamp();
        var shown = _shown.Next;
        await InvokeAsync(StateHasChanged);
        await ChangeSignal.WaitAsync(shown, RestMax, Time, gone);
        return Time.GetElapsedTime(began);
    }
}
