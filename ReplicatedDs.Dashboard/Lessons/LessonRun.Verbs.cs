using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Scenario;

namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>The verbs of lessons. Each does something, or waits until something is seen, and says so in a sentence with its evidence.</summary>
internal sealed partial class LessonRun
{
    private readonly Dictionary<(CastMember From, CastMember To), long> _heldSince = [];

    private CastMember? _newcomer;

    /// <summary>Somebody's session that lasts over several steps.</summary>
    public CausalSession Session { get; set; } = new();

    /// <summary>A read that was begun in one step and is answered in another.</summary>
    public Task<ReadOutcome>? Asked { get; set; }

    public CastMember this[int index] => _cast[index];

    public IReadOnlyList<CastMember> Cast => _cast;

    /// <summary>What the newcomer answered while it came up.</summary>
    public JoinWitness Witness { get; private set; } = new(0, 0, 0, 0);

    /// <summary>Every member of the cluster but one, whether it is in the cast or not.</summary>
    public IReadOnlyList<CastMember> AllBut(CastMember one) => [.. ScenarioRules.Live(_tools.Store.Current).Where(member => member.Id != one.Id)];

    /// <summary>Such as <c>r1#6</c>.</summary>
    public string Name(string write) => "r" + _dots[write];

    /// <summary>Holds a link: nothing that the one writes reaches the other.</summary>
    public async Task HoldAsync(CastMember from, CastMember to) =>
        Prove($"Link {from.Label}→{to.Label} is held: what {from.Label} writes does not reach {to.Label}", Evidence(await HeldAsync(from, to)));

    /// <summary>Cuts one replica from all others, both ways.</summary>
    public async Task CutAsync(CastMember one)
    {
        var others = AllBut(one);
        EventView? last = null;
        foreach (var other in others)
        {
            await HeldAsync(one, other);
            last = await HeldAsync(other, one);
        }

        Prove($"Every link between {one.Label} and {{{string.Join(", ", others.Select(other => other.Label))}}} is held, both ways: {2 * others.Count} links", Evidence(last!));
    }

    /// <summary>Heals every link that the lesson holds, or only those that lead to one replica.</summary>
    public async Task HealOwnAsync(CastMember? to = null)
    {
        var held = _faults.Held.Where(link => to is null || link.To == to).ToList();
        var trouble = await _faults.HealAsync(to);
        ShowHeld();
        if (trouble is not null)
        {
            throw new ScenarioFailure(trouble);
        }

        EventView? last = null;
        foreach (var (from, peer) in held)
        {
            last = await SeesAsync(one => one.N > _heldSince[(from, peer)] && one.Kind == "LinkChanged" && one.Replica == from.Id && one.Peer == peer.Id && IsHealed(one), $"link {from.Label}→{peer.Label} is healed");
        }

        Prove(held.Count == 1 ? $"Link {held[0].From.Label}→{held[0].To.Label} is healed" : to is null ? $"All {held.Count} links are healed" : $"The {held.Count} links to {to.Label} are healed", Evidence(last!));
    }

    /// <summary>An ordinary write, remembered under a name.</summary>
    public async Task WriteAsync(string name, CastMember at, string key, string value, CausalSession? session = null)
    {
        var write = await _tools.Keys.WriteAsync(Picture(at), key, value, session);
        Check(write.Outcome);
        var dot = Dot.TryParse(write.Dot, out var parsed) ? parsed : throw new ScenarioFailure($"{at.Label} answered a write with \"{write.Dot}\", which is no dot.");
        _dots[name] = dot;
        var written = _writes[name] = await SeesAsync(one => IsOf(one, "Write", at, dot), $"the write of {key} at {at.Label}");
        Prove($"{at.Label} took the write {key} = “{value}” as r{dot}", Evidence(written));
    }

    /// <summary>A write became visible at a replica.</summary>
    public async Task AppliesAsync(CastMember at, string write)
    {
        var applied = await SeesAsync(one => IsOf(one, "Apply", at, _dots[write]), $"{Name(write)} is visible at {at.Label}");
        Prove($"{at.Label} applied {Name(write)}", Evidence(applied));
    }

    /// <summary>One write became visible at a replica before another.</summary>
    public async Task AppliesInOrderAsync(CastMember at, string first, string second)
    {
        var one = await SeesAsync(seen => IsOf(seen, "Apply", at, _dots[first]), $"{Name(first)} is visible at {at.Label}");
        var other = await SeesAsync(seen => IsOf(seen, "Apply", at, _dots[second]), $"{Name(second)} is visible at {at.Label}");
        Prove($"{at.Label} applied {Name(first)}, and only then {Name(second)}", $"events {one.N} and {other.N}", one.N < other.N);
    }

    /// <summary>A write has reached a replica and waits there for its cause, which has not.</summary>
    public async Task WaitsAsync(CastMember at, string write, string cause)
    {
        var arrived = await SeesAsync(one => IsOf(one, "Arrive", at, _dots[write]) || IsOf(one, "Buffer", at, _dots[write]), $"{Name(write)} arrives at {at.Label}");
        var decided = await SeesAsync(one => IsOf(one, "Buffer", at, _dots[write]) || IsOf(one, "Apply", at, _dots[write]), $"what {at.Label} does with {Name(write)}");
        if (decided.Kind == "Apply")
        {
            throw new ScenarioFailure($"{Name(cause)} reached {at.Label} before {Name(write)}: somebody else healed the link. Start again.");
        }

        Prove($"{Name(write)} arrived at {at.Label}, {Name(cause)} did not", Evidence(arrived));
        var names = string.Join(", ", decided.Missing.Take(4).Select(dot => "r" + dot)) + (decided.Missing.Count > 4 ? " and more" : "");
        Prove(
            $"{at.Label} keeps {Name(write)} waiting for {names}; without causal delivery it would be visible now",
            Evidence(decided),
            decided.WouldBeVisible && decided.Missing.Contains(_dots[cause].ToString()));
    }

    /// <summary>The dependencies that travelled with each write do not hold the other.</summary>
    public void ProveConcurrent(string one, string other)
    {
        var isConcurrent = !Knew(one, other) && !Knew(other, one);
        Prove($"{Name(one)} and {Name(other)} are concurrent: neither had the other among what it depends on", $"dependencies in events {_writes[one].N} and {_writes[other].N}", isConcurrent);
    }

    public void ProveDependsOn(string write, params string[] causes) =>
        Prove($"{Name(write)} depends on {string.Join(" and ", causes.Select(Name))}", $"dependencies in {Evidence(_writes[write])}", Array.TrueForAll(causes, cause => Knew(write, cause)));

    /// <summary>A replica answers a key with exactly these values; none: it has no value.</summary>
    public Task ReadsAsync(CastMember at, string key, params string[] values) => ReadsAsync(at, key, null, values);

    public async Task ReadsAsync(CastMember at, string key, CausalSession? session, params string[] values)
    {
        var after = _tools.Log.Last;
        var read = await AskAsync(at, key, session);
        var seen = await ReadEventAsync(at, key, after);
        ProveAnswer($"A reader at {at.Label}{(session is null ? "" : ", in the session,")} sees {Words(values)} for {key}", read, seen, values);
    }

    /// <summary>Both versions are kept: the event log says so too.</summary>
    public async Task KeepsSiblingsAsync(CastMember at, string key)
    {
        var made = await SeesAsync(one => one.Kind == "SiblingMade" && one.Replica == at.Id && one.Keys.Contains(key), $"{at.Label} keeps siblings of {key}");
        Prove($"{at.Label} keeps both as siblings: it cannot know which one people want", Evidence(made));
    }

    public async Task ResolvesSiblingsAsync(CastMember at, string key, string write)
    {
        var resolved = await SeesAsync(one => one.Kind == "SiblingResolved" && one.Replica == at.Id && one.Dot == _dots[write].ToString() && one.Keys.Contains(key), $"{at.Label} resolves the siblings of {key}");
        Prove($"{Name(write)} replaced both siblings at {at.Label}", Evidence(resolved));
    }

    /// <summary>What an ordinary read sees, and no sentence of ours: the lesson compares.</summary>
    public Task<ReadOutcome> LookAtAsync(CastMember at, string key) => AskAsync(at, key);

    /// <summary>A read in a session that is not answered yet.</summary>
    public Task<ReadOutcome> BeginReadAsync(CastMember at, string key, CausalSession session) => _tools.Keys.ReadAsync(Picture(at), key, session, ViewerMax);

    /// <summary>A replica that may not wait refuses a session that has seen more, and names what it misses.</summary>
    public async Task RefusesAsync(CastMember at, string key, CausalSession session, string missing)
    {
        var read = await _tools.Keys.ReadAsync(Picture(at), key, session, TimeSpan.Zero);
        Prove(
            $"Asked not to wait, {at.Label} gives the session no answer at all, but says what it misses: {Name(missing)}",
            $"answer of {at.Label} to GET /kv/{key}",
            !read.Outcome.IsDone && read.Outcome.Text.Contains(Name(missing), StringComparison.Ordinal));
    }

    /// <summary>An answer that was begun earlier has come.</summary>
    public async Task ProveAnsweredAsync(Task<ReadOutcome> asked, CastMember at, string key, string value, string write)
    {
        var applied = await SeesAsync(one => IsOf(one, "Apply", at, _dots[write]), $"{Name(write)} is visible at {at.Label}");
        var read = await asked.WaitAsync(_stop);
        Check(read.Outcome);
        var seen = await SeesAsync(one => one.N > applied.N && one.Kind == "Read" && one.Replica == at.Id && one.Dot == _dots[write].ToString(), $"the read of {key} at {at.Label}");
        _reads.Add(seen.N);
        Prove($"{at.Label} applied {Name(write)}, and only then answered the session: “{value}”", $"events {applied.N} and {seen.N}", read.Value == value && applied.N < seen.N);
    }

    /// <summary>The largest number that any replica ever had, by the members that a replica knows, departed ones included.</summary>
    public async Task<int> LargestNumberAsync(CastMember at)
    {
        try
        {
            var members = await _tools.Reader.MembersAsync(_tools.Store.Slot(at.Name).Slot, _stop);
            var largest = members.Members.Select(member => member.Id).Append(_cast.Max(member => member.Id)).Max();
            var departed = members.Members.Count(member => member.Status is "departed" or "evicted");
            Prove($"The numbers up to {largest} were given out so far{(departed > 0 ? $", {departed} of them to replicas that have left" : "")}", $"answer of {at.Label} to GET /members");
            return largest;
        }
        catch (Exception exception) when (AnswerReader.IsExpected(exception) && !_stop.IsCancellationRequested)
        {
            throw new ScenarioFailure($"{at.Label} did not list its members: {AnswerReader.Reason(exception)}.");
        }
    }

    /// <summary>Lets a spare join. While it comes up, it is asked again and again for an effect and then for its cause.</summary>
    public async Task JoinAsync(int largest, string effect, string cause)
    {
        var spares = _tools.Store.Current.Replicas.Where(replica => replica.IsSpare).Select(replica => replica.Name).ToList();
        using var up = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        var asking = Task.WhenAll(spares.Select(spare => WitnessAsync(spare, effect, cause, up.Token)));
        var before = _tools.Store.Current.Members.Select(member => member.Id!.Value).ToHashSet();
        var outcome = await _tools.Processes.JoinAsync();
        var joined = _tools.Store.Current.Members.FirstOrDefault(member => spares.Contains(member.Name) && !before.Contains(member.Id!.Value));
        if (joined is not null)
        {
            // Noted even if it failed half-way: what this lesson let join is let go at its end.
            _newcomer = new CastMember(joined.Id!.Value, joined.Name);
        }

        await up.CancelAsync();
        Witness = (await asking).Aggregate(new JoinWitness(0, 0, 0, 0), (sum, one) => sum + one);
        Check(outcome);
        if (_newcomer is null)
        {
            throw new ScenarioFailure("A replica joined, but its number was not seen.");
        }

        _cast.Add(_newcomer);
        _watch.Join(_newcomer);
        Prove($"{_newcomer.Name} joined as {_newcomer.Label}: larger than any number used before, also by those who left", $"answer of {_newcomer.Label} to GET /status", _newcomer.Id > largest);
    }

    /// <summary>A sentence and what it rests on.</summary>
    /// <exception cref="ScenarioFailure">It is not true.</exception>
    public void Prove(string text, string evidence, bool isTrue = true)
    {
        ChangeFrame(frame => frame with { Claims = [.. frame.Claims, new ScenarioClaim(string.Create(CultureInfo.InvariantCulture, $"{_get().Frames.Count}.{frame.Claims.Count + 1}"), text, isTrue, evidence)] });
        if (!isTrue)
        {
            throw new ScenarioFailure($"This is not borne out: \"{text}\" ({evidence}).");
        }
    }

    public void Show(params LessonCard[] cards) => ChangeFrame(frame => frame with { Cards = cards });

    private async Task<EventView> HeldAsync(CastMember from, CastMember to)
    {
        var after = _tools.Log.Last;
        Check(await _faults.HoldAsync(from, to));
        ShowHeld();
        var held = await SeesAsync(one => one.N > after && one.Kind == "LinkChanged" && one.Replica == from.Id && one.Peer == to.Id && !IsHealed(one), $"link {from.Label}→{to.Label} is held");
        _heldSince[(from, to)] = held.N;
        return held;
    }

    private Task<EventView> SeesAsync(Func<EventView, bool> match, string what) => _watch.SeesAsync(match, what, _stop);

    private async Task<EventView> ReadEventAsync(CastMember at, string key, long after)
    {
        var seen = await SeesAsync(one => one.N > after && one.Kind == "Read" && one.Replica == at.Id && one.Keys.Contains(key), $"a read of {key} at {at.Label}");
        _reads.Add(seen.N);
        return seen;
    }

    private void ProveAnswer(string text, ReadOutcome read, EventView seen, string[] values) =>
        Prove(text, string.Create(CultureInfo.InvariantCulture, $"answer of r{read.Replica}, event {seen.N}"), Values(read).Order(StringComparer.Ordinal).SequenceEqual(values.Order(StringComparer.Ordinal)));

    private bool Knew(string write, string cause)
    {
        var dot = _dots[cause];
        return _writes[write].Deps.GetValueOrDefault(dot.Replica.Value.ToString(CultureInfo.InvariantCulture)) >= dot.Counter;
    }

    private async Task<JoinWitness> WitnessAsync(string spare, string effect, string cause, CancellationToken up)
    {
        var seen = new JoinWitness(0, 0, 0, 0);
        while (!up.IsCancellationRequested && _tools.Store.Current.Find(spare) is { } replica)
        {
            var first = await _tools.Keys.ReadAsync(replica, effect, null);
            if (!first.Outcome.IsDone)
            {
                seen += new JoinWitness(1, 0, 0, 0);
            }
            else if (!first.IsPresent)
            {
                seen += new JoinWitness(0, 1, 0, 0);
            }
            else
            {
                // The cause is asked for afterwards: it must have been there when its effect was.
                var second = await _tools.Keys.ReadAsync(replica, cause, null);
                seen += !second.Outcome.IsDone ? new JoinWitness(1, 0, 0, 0) : second.IsPresent ? new JoinWitness(0, 0, 1, 0) : new JoinWitness(0, 0, 0, 1);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(25), _tools.Time, up).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return seen;
    }

    private async Task<string?> DismissAsync()
    {
        if (_newcomer is not { } newcomer || _tools.Store.Current.Find(newcomer.Name) is not { IsLive: true } seen || seen.Id != newcomer.Id)
        {
            return null;
        }

        var outcome = await _tools.Processes.LeaveAsync(seen);
        _newcomer = null;
        return outcome.IsDone ? null : outcome.Text;
    }

    private static bool IsOf(EventView one, string kind, CastMember at, Dot dot) => one.Kind == kind && one.Replica == at.Id && one.Dot == dot.ToString();

    private static string Words(string[] values) => values.Length == 0 ? "nothing" : string.Join(" and ", values.Select(value => $"“{value}”"));
}
