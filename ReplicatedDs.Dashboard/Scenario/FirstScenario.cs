using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>
/// One run of scenario 1, "an answer is not shown before its question", on the real cluster: hold the link from the asker to the
/// reader, write the question, read it elsewhere, answer it there, see the answer wait, release. It goes on by events, not by time.
/// </summary>
internal sealed class FirstScenario(
    ScenarioCast cast, KeyActions keys, LinkActions links, ClusterStore store, EventLog log, TimeProvider time, Func<ScenarioPicture> get, Action<ScenarioPicture> set)
{
    public const string QuestionKey = "demo:x";
    public const string AnswerKey = "demo:y";
    public const string QuestionText = "Is it safe?";
    public const string AnswerText = "Yes";

    private static readonly TimeSpan WaitingMax = TimeSpan.FromMinutes(10);

    private readonly CausalSession _session = new();
    private readonly OwnFaults _faults = new(links, store, time);
    private LogWatch? _watch;
    private bool _isReleased;
    private bool _mayHaveKeys;

    /// <summary>The claims in their order, as they read before anything has happened.</summary>
    public static IReadOnlyList<ScenarioClaim> Plan(ScenarioCast cast) =>
    [
        new("clean", $"{cast.Reader.Label} shows neither a question nor an answer"),
        new("hold", $"Link {cast.Asker.Label}→{cast.Reader.Label} is held"),
        new("ask", $"{cast.Asker.Label} writes the question"),
        new("seen", $"{cast.Answerer.Label} shows the question"),
        new("read", $"Somebody reads it at {cast.Answerer.Label}"),
        new("answer", $"The same somebody writes the answer at {cast.Answerer.Label}"),
        new("arrive", $"The answer arrives at {cast.Reader.Label}, the question does not"),
        new("wait", $"{cast.Reader.Label} lets the answer wait for the question"),
        new("none", $"A reader at {cast.Reader.Label} sees no answer without its question"),
        new("release", $"The link is released, and {cast.Reader.Label} shows the question"),
        new("order", "… and only then the answer"),
        new("both", $"A reader at {cast.Reader.Label} sees both"),
    ];

    /// <summary>The viewer lets the question through.</summary>
    public void Release()
    {
        _isReleased = true;
        _watch?.Nudge.Pulse();
    }

    /// <exception cref="ScenarioFailure">Something else happened than what is claimed.</exception>
    public async Task PlayAsync(CancellationToken stop)
    {
        _watch = new LogWatch(log, store, [.. cast.All], time, Record);
        await CleanAsync(stop);

        // From here on the first event that fits is the one of this run.
        _watch.StartHere();
        await DoneAsync(_faults.HoldAsync(cast.Asker, cast.Reader));
        var held = await _watch.SeesAsync(one => one.Kind == "LinkChanged" && one.Replica == cast.Asker.Id && one.Peer == cast.Reader.Id && !IsHealed(one), "the link is held", stop);
        Prove("hold", $"Link {cast.Asker.Label}→{cast.Reader.Label} is held", held);

        var question = await AskAsync(stop);
        var answer = await AnswerAsync(question, stop);
        await SeeItWaitAsync(question, answer, stop);
        set(get() with { Phase = ScenarioPhase.Waiting });
        await WaitForReleaseAsync(stop);
        set(get() with { Phase = ScenarioPhase.Releasing });
        await SeeTheOrderAsync(question, answer, stop);
    }

    /// <summary>Heals what this run broke and removes its keys; answers what is left, in a sentence, or <c>null</c>.</summary>
    public async Task<string?> TidyAsync()
    {
        var trouble = await HealAsync();
        if (_mayHaveKeys && store.Current.Find(cast.Answerer.Name) is { IsLive: true } answerer)
        {
            foreach (var key in (string[])[QuestionKey, AnswerKey])
            {
                await keys.DeleteAsync(answerer, key, _session);
            }
        }

        _mayHaveKeys = false;
        return trouble;
    }

    /// <summary>Heals the link; answers what is left, in a sentence, or <c>null</c>.</summary>
    public Task<string?> HealAsync() => _faults.HealAsync();

    private async Task CleanAsync(CancellationToken stop)
    {
        await new DemoKeys(keys, store).RemoveAsync([.. cast.All], [QuestionKey, AnswerKey]);
        var seen = await _watch!.SeesAsync(one => one.Kind == "Read" && one.Replica == cast.Reader.Id && one.Keys.Contains(AnswerKey), "the reads of the empty keys", stop);
        Prove("clean", $"{cast.Reader.Label} shows neither a question nor an answer", seen);
    }

    private async Task<Dot> AskAsync(CancellationToken stop)
    {
        _mayHaveKeys = true;
        var write = await keys.WriteAsync(Picture(cast.Asker), QuestionKey, QuestionText, new CausalSession());
        Check(write.Outcome);
        var dot = Parse(write.Dot);
        var written = await _watch!.SeesAsync(one => IsOf(one, "Write", cast.Asker, dot), "the write of the question", stop);
        set(get() with { Question = dot.ToString() });
        Prove("ask", $"{cast.Asker.Label} wrote the question \"{QuestionText}\" as {Name(dot)}", written);

        var applied = await _watch.SeesAsync(one => IsOf(one, "Apply", cast.Answerer, dot), $"the question is visible at {cast.Answerer.Label}", stop);
        Prove("seen", $"{cast.Answerer.Label} applied it", applied);

        var read = await ReadAsync(cast.Answerer, QuestionKey, _session);
        var answered = await _watch.SeesAsync(one => one.Kind == "Read" && one.Replica == cast.Answerer.Id && one.Dot == dot.ToString(), $"a read of the question at {cast.Answerer.Label}", stop);
        Prove("read", $"Somebody read it at {cast.Answerer.Label}", answered, read.Value == QuestionText);
        return dot;
    }

    private async Task<Dot> AnswerAsync(Dot question, CancellationToken stop)
    {
        var write = await keys.WriteAsync(Picture(cast.Answerer), AnswerKey, AnswerText, _session);
        Check(write.Outcome);
        var dot = Parse(write.Dot);
        var written = await _watch!.SeesAsync(one => IsOf(one, "Write", cast.Answerer, dot), "the write of the answer", stop);
        set(get() with { Answer = dot.ToString() });
        var covers = written.Deps.GetValueOrDefault(question.Replica.Value.ToString(CultureInfo.InvariantCulture)) >= question.Counter;
        Prove("answer", $"… and wrote the answer \"{AnswerText}\" there as {Name(dot)}, which depends on {Name(question)}", written, covers);
        return dot;
    }

    private async Task SeeItWaitAsync(Dot question, Dot answer, CancellationToken stop)
    {
        var arrived = await _watch!.SeesAsync(one => IsOf(one, "Arrive", cast.Reader, answer), $"the answer arrives at {cast.Reader.Label}", stop);
        var decided = await _watch.SeesAsync(
            one => IsOf(one, "Buffer", cast.Reader, answer) || IsOf(one, "Apply", cast.Reader, answer), $"what {cast.Reader.Label} does with the answer", stop);
        if (decided.Kind == "Apply" || _watch.Find(one => IsOf(one, "Arrive", cast.Reader, question)) is not null)
        {
            throw new ScenarioFailure($"The question reached {cast.Reader.Label} before the answer: the link was released by somebody else. Start again.");
        }

        Prove("arrive", $"The answer {Name(answer)} arrived at {cast.Reader.Label}, the question {Name(question)} did not", arrived);
        var names = string.Join(", ", decided.Missing.Take(4).Select(dot => "r" + dot)) + (decided.Missing.Count > 4 ? " and more" : "");
        Prove("wait", $"{cast.Reader.Label} keeps {Name(answer)} waiting for {names}; without causal delivery it would be visible now", decided, decided.WouldBeVisible && decided.Missing.Contains(question.ToString()));

        var read = await ReadAsync(cast.Reader, AnswerKey, null);
        var asked = await _watch.SeesAsync(one => one.N > decided.N && one.Kind == "Read" && one.Replica == cast.Reader.Id && one.Keys.Contains(AnswerKey), $"a read at {cast.Reader.Label}", stop);
        Prove("none", $"A reader at {cast.Reader.Label} asked for the answer and got none", asked, !read.IsPresent && asked.Dot != answer.ToString());
    }

    private async Task WaitForReleaseAsync(CancellationToken stop)
    {
        var until = time.GetUtcNow() + WaitingMax;
        while (!await _watch!.UntilAsync(() => _isReleased || IsReleasedBySomebody(), OwnFaults.RenewAfter, stop))
        {
            if (time.GetUtcNow() > until)
            {
                throw new ScenarioFailure($"Nobody released it for {WaitingMax.TotalMinutes:0} minutes.");
            }

            await DoneAsync(_faults.HoldAsync(cast.Asker, cast.Reader));
        }
    }

    private async Task SeeTheOrderAsync(Dot question, Dot answer, CancellationToken stop)
    {
        if (await HealAsync() is { } trouble)
        {
            throw new ScenarioFailure(trouble);
        }

        var first = await _watch!.SeesAsync(one => IsOf(one, "Apply", cast.Reader, question), $"the question is visible at {cast.Reader.Label}", stop);
        Prove("release", $"The link was released, and {cast.Reader.Label} applied the question {Name(question)}", first);
        var second = await _watch.SeesAsync(one => IsOf(one, "Apply", cast.Reader, answer), $"the answer is visible at {cast.Reader.Label}", stop);
        var buffered = _watch.Find(one => IsOf(one, "Buffer", cast.Reader, answer))!;
        var waited = TimeSpan.FromMicroseconds(second.T - buffered.T);
        Prove("order", string.Create(CultureInfo.InvariantCulture, $"… and only then the answer {Name(answer)}, which had waited {waited.TotalMilliseconds:N0} ms"), second, second.N > first.N);

        var reads = (await ReadAsync(cast.Reader, QuestionKey, null), await ReadAsync(cast.Reader, AnswerKey, null));
        var seen = await _watch.SeesAsync(one => one.Kind == "Read" && one.Replica == cast.Reader.Id && one.Dot == answer.ToString(), $"a read of the answer at {cast.Reader.Label}", stop);
        Prove("both", $"A reader at {cast.Reader.Label} sees both", seen, reads.Item1.Value == QuestionText && reads.Item2.Value == AnswerText);
        set(get() with { Waited = waited });
    }

    private bool IsReleasedBySomebody() =>
        _watch!.Find(one => one.Kind == "LinkChanged" && one.Replica == cast.Asker.Id && one.Peer == cast.Reader.Id && IsHealed(one)) is not null;

    private static bool IsHealed(EventView one) => one.Detail is null || one.Detail.StartsWith("healed", StringComparison.Ordinal);

    private void Record(EventView one)
    {
        // Before the hold the same keys are only tidied up.
        if (_mayHaveKeys && one.Replica == cast.Reader.Id && (one.Kind is "Arrive" or "Buffer" or "Apply") && one is { Dot: { } dot, Keys: [QuestionKey or AnswerKey] })
        {
            var picture = get();
            set(picture with { Arrivals = [.. picture.Arrivals, new ArrivalEntry(one.N, one.T, one.Kind, dot, one.Keys[0], one.Missing)] });
        }
    }

    private void Prove(string id, string text, EventView evidence, bool isTrue = true)
    {
        var at = DateTimeOffset.UnixEpoch.AddTicks(evidence.T * 10).ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var proof = string.Create(CultureInfo.InvariantCulture, $"event {evidence.N}, {at}");
        set(get() with { Claims = [.. get().Claims.Select(claim => claim.Id == id ? new ScenarioClaim(id, text, isTrue, proof) : claim)] });
        if (!isTrue)
        {
            throw new ScenarioFailure($"The event log does not bear this out: \"{text}\" ({proof}).");
        }
    }

    private async Task<ReadOutcome> ReadAsync(CastMember at, string key, CausalSession? session)
    {
        var read = await keys.ReadAsync(Picture(at), key, session);
        Check(read.Outcome);
        return read;
    }

    private ReplicaPicture Picture(CastMember member) => store.Current.Find(member.Name) ?? throw new ScenarioFailure($"{member.Label} is gone.");

    private static async Task DoneAsync(Task<ActionOutcome> action) => Check(await action);

    private static void Check(ActionOutcome outcome)
    {
        if (!outcome.IsDone)
        {
            throw new ScenarioFailure(outcome.Text);
        }
    }

    private static bool IsOf(EventView one, string kind, CastMember at, Dot dot) => one.Kind == kind && one.Replica == at.Id && one.Dot == dot.ToString();

    private static Dot Parse(string? text) => Dot.TryParse(text, out var dot) ? dot : throw new ScenarioFailure($"A replica answered a write with \"{text}\", which is no dot.");

    private static string Name(Dot dot) => "r" + dot;
}
