using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Lab;

/// <summary>
/// Updates delivered by hand, in the original system's notation. A guest's are taken as they are; a member's only if they are exactly
/// what that member wrote, since a dot means the same at every replica.
/// </summary>
internal sealed class HandDeliveries(IReplicaNode node, IUpdateFinder finder, IReplicaIdSource ids, ApiOptions options)
{
    private const int IdTries = 3;

    /// <summary><c>POST /replication/updates</c>.</summary>
    public async Task<IResult> DeliverAsync(HttpContext context)
    {
        var self = node.RequireServing().Id;
        var text = await RequestBody.ReadTextAsync(context, options.ValueBytesMax + Security.RouteRule.SmallBody).ConfigureAwait(false);
        var update = Parse(text.TrimEnd('\r', '\n'));
        if (node.State.Members.Find(update.Origin)?.Status != MemberStatus.Guest)
        {
            update = await RealAsync(update, context.RequestAborted).ConfigureAwait(false);
            if (update.Origin == self)
            {
                // Nobody sends a replica its own updates; it has this one.
                return Answer(update.Dot, DeliveryOutcome.Duplicate, []);
            }
        }

        var result = await node.SubmitAsync(tag => new HandDelivery(tag, update), CancellationToken.None).ConfigureAwait(false);
        return result switch
        {
            HandDelivered delivered => Answer(delivered.Dot, delivered.Outcome, delivered.Missing),
            Refused refused => refused.ToProblem(),
            _ => throw new InvalidOperationException($"A hand delivery was answered with {result}."),
        };
    }

    /// <summary><c>POST /admin/guests</c>.</summary>
    public async Task<IResult> AdmitGuestAsync(HttpContext context)
    {
        node.RequireServing();
        for (var attempt = 1; ; attempt++)
        {
            var id = await ids.NextAsync(context.RequestAborted).ConfigureAwait(false);
            var result = await node.SubmitAsync(tag => new GuestRequest(tag, id), CancellationToken.None).ConfigureAwait(false);
            switch (result)
            {
                case Admitted admitted:
                    return Views.Ok(new GuestView(admitted.Id.Value, admitted.Dot.ToString()), ApiJson.Relaxed.GuestView);
                case Refused { Reason: RefusalReason.IdTaken } when attempt < IdTries:
                    // A joiner was admitted with a later id in between; the next one is above it.
                    continue;
                case Refused refused:
                    return refused.ToProblem();
                default:
                    throw new InvalidOperationException($"A guest's admission was answered with {result}.");
            }
        }
    }

    private static IResult Answer(Dot dot, DeliveryOutcome outcome, IEnumerable<Dot> missing) =>
        Views.Ok(new HandDeliveryView(dot.ToString(), outcome.ToKebab(), missing.ToView()), ApiJson.Relaxed.HandDeliveryView);

    private Update Parse(string text)
    {
        if (!OriginalText.TryParse(text, out var sender, out var clock, out var pairs, out var error))
        {
            throw new ProblemException(
                ProblemKinds.BadUpdate, $"{error} An update reads SU<sender>:<id>:<n>:<id>:<n>|<key>:<value>, for example SU9:1:4:9:1|x:3.");
        }

        foreach (var (key, value) in pairs)
        {
            RawKey.Check(System.Text.Encoding.UTF8.GetBytes(key));
            if (System.Text.Encoding.UTF8.GetByteCount(value) > options.ValueBytesMax)
            {
                throw new ProblemException(RequestBody.TooLarge(options.ValueBytesMax));
            }
        }

        return OriginalText.ToUpdate(sender, clock, pairs);
    }

    /// <summary>The update of that name as its origin wrote it, if the text says the same.</summary>
    private async Task<Update> RealAsync(Update given, CancellationToken cancellationToken)
    {
        if (node.State.Members.Find(given.Origin) is null)
        {
            throw new ProblemException(
                ProblemKinds.Conflict, $"Replica {given.Origin} is not known here; POST /admin/guests gives an id under which updates can be sent by hand.");
        }

        var real = await node.FindUpdateAsync(given.Dot, cancellationToken).ConfigureAwait(false)
            ?? await finder.FindAnywhereAsync(given.Dot, cancellationToken).ConfigureAwait(false)
            ?? throw new ProblemException(
                ProblemKinds.Conflict, $"{given.Dot} is a member's, and nobody who can be reached holds it: it cannot be told from a forged one.");
        return OriginalText.Format(real) == OriginalText.Format(given)
            ? real
            : throw new ProblemException(
                ProblemKinds.Conflict, $"{given.Dot} is a member's update with other content; its text is {OriginalText.Format(real) ?? "not one of this notation"}.");
    }
}
