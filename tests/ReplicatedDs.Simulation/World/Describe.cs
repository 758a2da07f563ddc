using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Simulation.World;

/// <summary>Inputs and outputs of a core as text, the same in every process.</summary>
internal static class Describe
{
    public static string Input(ReplicaInput input) => input switch
    {
        MessageArrived arrived => Text($"{arrived.From} {Message(arrived.Message)}"),
        SendFailed failed => Text($"send to {failed.Peer} failed"),
        WriteRequest write => Text($"write {string.Join(' ', write.Operations.Select(Operation))}{(write.Conditions.IsEmpty ? "" : " if " + string.Join(' ', write.Conditions.Select(c => Text($"{c.Key}={c.Dot}"))))}"),
        JoinRequest join => Text($"join {join.Admit.Replica}"),
        GuestRequest guest => Text($"guest {guest.Id}"),
        HandDelivery hand => Text($"hand {Update(hand.Update)}"),
        EvictRequest evict => Text($"evict {evict.Id}{(evict.IsForced ? " by force" : "")}"),
        SnapshotArrived snapshot => Text($"snapshot of {snapshot.From} {snapshot.State.Delivered}"),
        SnapshotFailed failed => Text($"no snapshot of {failed.From}"),
        SetLinkRequest link => Text($"link {link.Peer} {link.Fault.Mode} {link.Fault.DelayMs} {link.Fault.JitterMs} {link.Fault.DropPercent} {link.Fault.ExpiresInMs}"),
        ReleaseLinkRequest release => Text($"release {release.Peer} {release.Count}"),
        _ => input.GetType().Name,
    };

    public static string Message(PeerMessage message) => message switch
    {
        Heartbeat heartbeat => Text($"heartbeat {heartbeat.Delivered}{(heartbeat.Paused ? " paused" : "")} received {heartbeat.Received}{(heartbeat.Stable is null ? "" : $" stable {heartbeat.Stable}")}"),
        UpdateBatch batch => Text($"batch{(batch.IsRepair ? " repair" : "")} {string.Join(' ', batch.Updates.Select(Update))}"),
        UpdateRange range => Text($"range{(range.IsRepair ? " repair" : "")} {range.Origin}#{range.First}..{range.Last}"),
        RangeCut cut => Text($"cut {cut.Origin}#..{cut.Floor}"),
        PullRequest pull => Text($"pull {pull.Origin}#{pull.First} x{pull.Count}"),
        _ => message.GetType().Name,
    };

    public static string Update(Update update) =>
        Text($"{update.Dot}{update.Dependencies}@{update.Timestamp}[{string.Join(' ', update.Operations.Select(Operation))}]");

    public static string Operation(Operation operation) => operation switch
    {
        SetOperation set => Text($"{set.Key}={System.Text.Encoding.UTF8.GetString(set.Value.Span)}"),
        DeleteOperation delete => Text($"{delete.Key}=-"),
        IncrementOperation increment => Text($"{increment.Key}+={increment.By}"),
        AddOperation add => Text($"{add.Key}<{add.Member}"),
        RemoveOperation remove => Text($"{remove.Key}>{remove.Member}"),
        MembershipOperation membership => Text($"{membership.GetType().Name} {membership.Replica}"),
        _ => operation.GetType().Name,
    };

    public static string Event(ReplicaEvent one) => Text(
        $"{one.Kind} {one.Peer} {one.Dot} {one.Key} {Dots(one.Missing)} {(one.WouldBeVisible ? "visible" : "")} {one.Clock} {one.Detail}");

    public static string Result(RequestResult result) => result switch
    {
        Written written => Text($"written {written.Dot} {written.Clock}{(written.IsRepeated ? " before" : "")}"),
        ConditionFailed failed => Text($"condition on {failed.Key} failed: {Dots(failed.Current)}"),
        WrongType wrong => Text($"{wrong.Key} is a {wrong.Kind}"),
        Refused refused => Text($"refused {refused.Reason}: {refused.Detail}"),
        Admitted admitted => Text($"admitted {admitted.Id} by {admitted.Dot}"),
        Leaving leaving => Text($"leaving by {leaving.Dot}"),
        Evicting evicting => Text($"evicting {evicting.Id} by {evicting.Dot}"),
        HandDelivered hand => Text($"hand {hand.Dot} {hand.Outcome} {Dots(hand.Missing)}"),
        LinksChanged => "links",
        _ => result.GetType().Name,
    };

    public static string Dots(ImmutableArray<Dot> dots) => dots.IsDefaultOrEmpty ? "" : string.Join(',', dots);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
