using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Scenario;

namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>What one step saw.</summary>
/// <param name="IsComplete">The step is over: nothing of this changes any more.</param>
/// <param name="After">The number of the last event before the step.</param>
/// <param name="Cast">Who took part by then.</param>
/// <param name="Claims">The narrator's sentences, each checked.</param>
/// <param name="Events">What the event log held about the lesson's keys and links by then, the oldest first.</param>
/// <param name="Reads">The numbers of the reads in it that a sentence rests on.</param>
/// <param name="Answers">What every replica answered at the end of the step.</param>
/// <param name="Cards">Answers that stand side by side: as it ran, and what another store would have said.</param>
public sealed record LessonFrame(
    bool IsComplete,
    long After,
    IReadOnlyList<CastMember> Cast,
    IReadOnlyList<ScenarioClaim> Claims,
    IReadOnlyList<EventView> Events,
    IReadOnlyList<long> Reads,
    IReadOnlyList<LessonAnswer> Answers,
    IReadOnlyList<LessonCard> Cards)
{
    /// <summary>What a replica got of some keys and what it did with it, from the lesson's first hold on: both halves of a split screen are drawn from it.</summary>
    public IReadOnlyList<EventView> Arrivals(int replica, params IReadOnlyCollection<string> keys)
    {
        var from = Events.FirstOrDefault(one => one.Kind == "LinkChanged")?.N ?? long.MaxValue;
        return [.. Events.Where(one => one.N > from && one.Replica == replica && (one.Kind is "Arrive" or "Buffer" or "Apply") && one.Dot is not null && one.Keys is [var key] && keys.Contains(key))];
    }
}
