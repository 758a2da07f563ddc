using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Scenario;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>
/// One run of a lesson on the real cluster. It plays a step when the viewer asks for it, goes on within the step by what the event log
/// and the replicas' answers say, and keeps what each step saw. The verbs that lessons are written in are in the other part.
/// </summary>
internal sealed partial class LessonRun
{
    private const int EventsMax = 400;

    private static readonly TimeSpan ViewerMax = TimeSpan.FromMinutes(10);

    private readonly Lesson _lesson;
    private readonly LessonTools _tools;
    private readonly Func<LessonPicture> _get;
    private readonly Action<LessonPicture> _set;
    private readonly List<CastMember> _cast;
    private readonly OwnFaults _faults;
    private readonly DemoKeys _demoKeys;
    private readonly LogWatch _watch;
    private readonly List<EventView> _events = [];
    private readonly List<long> _reads = [];
    private readonly Dictionary<string, Dot> _dots = [];
    private readonly Dictionary<string, EventView> _writes = [];
    private CancellationToken _stop;
    private bool _isRecording;
    private int _wanted;

    public LessonRun(Lesson lesson, IReadOnlyList<CastMember> cast, LessonTools tools, Func<LessonPicture> get, Action<LessonPicture> set)
    {
        (_lesson, _tools, _get, _set, _cast) = (lesson, tools, get, set, [.. cast]);
        _faults = new OwnFaults(tools.Links, tools.Store, tools.Time);
        _demoKeys = new DemoKeys(tools.Keys, tools.Store);
        _watch = new LogWatch(tools.Log, tools.Store, [.. cast], tools.Time, Record);
    }

    /// <summary>The viewer asks for the next step.</summary>
    public void Next()
    {
        _wanted = _get().Frames.Count;
        _watch.Nudge.Pulse();
    }

    /// <exception cref="ScenarioFailure">Something else happened than what the lesson says.</exception>
    public async Task PlayAsync(CancellationToken stop)
    {
        _stop = stop;
        await _demoKeys.RemoveAsync(_cast, _lesson.Keys);
        _watch.StartHere();
        _isRecording = true;
        for (var step = 0; step < _lesson.Steps.Count; step++)
        {
            if (step > 0)
            {
                _set(_get() with { Phase = LessonPhase.Ready });
                await WaitForViewerAsync(step);
            }

            _set(_get() with { Phase = LessonPhase.Playing, Frames = [.. _get().Frames, new LessonFrame(false, _tools.Log.Last, [.. _cast], [], [.. _events], [.. _reads], _get().Frames is [.., var before] ? before.Answers : [], [])] });
            var cast = _cast.ToList(); // What a newcomer shows is asked for by a step of its own.
            await _lesson.Steps[step].Play(this);
            await LookAsync(cast);
            ChangeFrame(frame => frame with { IsComplete = true });
        }
    }

    /// <summary>Heals what this run broke; answers what is left, in a sentence, or <c>null</c>.</summary>
    public async Task<string?> HealAsync()
    {
        var trouble = await _faults.HealAsync();
        ShowHeld();
        return trouble;
    }

    /// <summary>Heals what this run broke, removes its keys, and lets the replica leave that it has let join.</summary>
    public async Task<string?> TidyAsync()
    {
        var trouble = await HealAsync();
        var live = _cast.Where(member => _tools.Store.Current.Find(member.Name) is { IsLive: true } seen && seen.Id == member.Id).ToList();
        if (live.Count > 0)
        {
            try
            {
                await _demoKeys.RemoveAsync(live, _lesson.Keys);
            }
            catch (ScenarioFailure failure)
            {
                trouble ??= failure.Message;
            }
        }

        return await DismissAsync() ?? trouble;
    }

    /// <summary>The viewer goes on alone: everything stays as it is. Its holds last as long as any that is made by hand.</summary>
    public async Task<ActionOutcome?> LeaveAsIsAsync()
    {
        var failure = await _faults.RenewAsync(LinkActions.Expires);
        _faults.Forget();
        return failure;
    }

    private async Task WaitForViewerAsync(int step)
    {
        var until = _tools.Time.GetUtcNow() + ViewerMax;
        while (!await _watch.UntilAsync(() => _wanted >= step || _faults.Held.Any(IsHealedBySomebody), OwnFaults.RenewAfter, _stop))
        {
            if (_tools.Time.GetUtcNow() > until)
            {
                throw new ScenarioFailure($"Nobody went on for {ViewerMax.TotalMinutes:0} minutes.");
            }

            if (await _faults.RenewAsync() is { } failure)
            {
                throw new ScenarioFailure(failure.Text);
            }
        }

        if (!_lesson.Steps[step].BeginsWhenHealed && _faults.Held.FirstOrDefault(IsHealedBySomebody) is { From: not null } link)
        {
            throw new ScenarioFailure($"Somebody else healed link {link.From.Label}→{link.To.Label}.");
        }
    }

    private bool IsHealedBySomebody((CastMember From, CastMember To) link) =>
        _events.FindLast(one => one.Kind == "LinkChanged" && one.Replica == link.From.Id && one.Peer == link.To.Id) is { } last && IsHealed(last);

    private void Record(EventView one)
    {
        if (_isRecording && one.Kind != "Send" && _events.Count < EventsMax)
        {
            _events.Add(one);
            ChangeFrame(frame => frame.IsComplete ? frame : frame with { Events = [.. _events] });
        }
    }

    /// <summary>What every replica answers now, for the picture.</summary>
    private async Task LookAsync(List<CastMember> cast)
    {
        var answers = new List<LessonAnswer>();
        foreach (var key in _lesson.Keys)
        {
            foreach (var member in cast)
            {
                var read = await AskAsync(member, key);
                answers.Add(new LessonAnswer(member.Id, key, Values(read), read.Siblings.Count > 1 ? [.. read.Siblings.Select(sibling => sibling.Dot)] : read.Dot is { } dot ? [dot] : []));
            }
        }

        ChangeFrame(frame => frame with { Answers = answers, Cast = [.. _cast], Events = [.. _events], Reads = [.. _reads] });
    }

    private void ChangeFrame(Func<LessonFrame, LessonFrame> change)
    {
        var picture = _get();
        if (picture.Frames.Count > 0)
        {
            _set(picture with { Frames = [.. picture.Frames.SkipLast(1), change(picture.Frames[^1])] });
        }
    }

    private void ShowHeld() => _set(_get() with { Held = [.. _faults.Held.Select(link => (link.From.Id, link.To.Id))] });

    private ReplicaPicture Picture(CastMember member) => _tools.Store.Current.Find(member.Name) ?? throw new ScenarioFailure($"{member.Label} is gone.");

    private async Task<ReadOutcome> AskAsync(CastMember at, string key, CausalSession? session = null, TimeSpan? patience = null)
    {
        var read = await _tools.Keys.ReadAsync(Picture(at), key, session, patience);
        Check(read.Outcome);
        return read;
    }

    private static List<string> Values(ReadOutcome read) =>
        !read.IsPresent ? [] : read.Siblings.Count > 1 ? [.. read.Siblings.Select(sibling => sibling.Deleted ? "(deleted)" : sibling.Value ?? "")] : [read.Value ?? ""];

    private static void Check(ActionOutcome outcome)
    {
        if (!outcome.IsDone)
        {
            throw new ScenarioFailure(outcome.Text);
        }
    }

    private static string Evidence(EventView one)
    {
        var at = DateTimeOffset.UnixEpoch.AddTicks(one.T * 10).ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"event {one.N}, {at}");
    }

    private static bool IsHealed(EventView one) => one.Detail is null || one.Detail.StartsWith("healed", StringComparison.Ordinal);
}
