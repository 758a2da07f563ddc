using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Traffic.Doors;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>Sessions at work on a cluster, until they are stopped or have done what the plan says.</summary>
internal sealed class TrafficLoad : IAsyncDisposable
{
    private readonly TrafficPlan _plan;
    private readonly CancellationTokenSource _stop = new();
    private readonly ClientDoor _client;
    private readonly Task _run;

    private TrafficLoad(TrafficPlan plan, ICluster cluster, Recorder recorder)
    {
        _plan = plan;
        Roster = new Roster(cluster);
        Tally = new Tally(Roster.Places.Count);
        _client = new ClientDoor(Roster.Places);
        _run = Task.WhenAll(
            Enumerable.Range(1, plan.Roamers).Select(number => RoamAsync(number, NewSession($"roamer {number}", recorder)))
                .Concat(Roster.Places.Take(plan.Homes).Select(place => StayAsync(new Home(place, NewSession($"at home at {place.Name}", recorder), Book, plan.ValueLength)))));
    }

    public Book Book { get; } = new();

    public Roster Roster { get; }

    public Tally Tally { get; }

    /// <value>Ends when the plan is fulfilled or the load stopped; fails if a session does.</value>
    public Task Ended => _run;

    public static TrafficLoad Start(TrafficPlan plan, ICluster cluster, Recorder recorder) => new(plan, cluster, recorder);

    /// <summary>Waits until that many writes more were acknowledged, anywhere.</summary>
    public async Task GoesOnAsync(long writes)
    {
        var target = Tally.Written + writes;
        await Eventually.HoldsAsync(
            $"{writes} further writes are acknowledged", () => _run.IsCompleted || Tally.Written >= target, () => $"{Tally.Written} writes, {Tally[Ending.NotDone]} calls refused", TimeSpan.FromMinutes(2));
        if (_run.IsFaulted)
        {
            await _run;
        }
    }

    /// <summary>Makes no further call and waits for the last answers.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ContinueWith(static _ => { }, TaskScheduler.Default);
        _client.Dispose();
        _stop.Dispose();
    }

    private bool IsOver => _stop.IsCancellationRequested || (_plan.AnswersMax > 0 && Tally.Answered >= _plan.AnswersMax);

    private Session NewSession(string name, Recorder recorder) => new(name, recorder, Book, Tally, Roster);

    private async Task RoamAsync(int number, Session session)
    {
        using var roamer = new Roamer(number, _plan.Seed, session, Book, Roster, _client, _plan.ValueLength);
        await RepeatAsync(roamer.StepAsync, _plan.PerSecond);
    }

    private Task StayAsync(Home home) => RepeatAsync(home.StepAsync, _plan.HomesPerSecond ?? _plan.PerSecond);

    private async Task RepeatAsync(Func<Task> step, double perSecond)
    {
        await Task.Yield();
        var pace = new Pace(perSecond);
        try
        {
            while (!IsOver)
            {
                await pace.NextAsync(_stop.Token);
                await step();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Between two calls: nothing is under way.
        }
    }
}
