using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Idempotency;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Core;

/// <summary>
/// The join of the states of two replicas (R5): what a replica has that delivered every update that either of them delivered. Neither needs to be
/// ahead: after a long partition both sides have written.
/// </summary>
/// <remarks>In the manner of Almeida, Shoker, Baquero, "Delta State Replicated Data Types" (2018): causal CRDTs joined by their causal contexts.</remarks>
internal static class StateJoin
{
    /// <summary>Whether <paramref name="theirs"/> has all that <paramref name="mine"/> has.</summary>
    public static bool IsWithin(ReplicaState mine, ReplicaState theirs) => theirs.Delivered.Over(theirs.Members.Retired).Covers(mine.Delivered);

    /// <remarks>
    /// Where one side has all that the other has, its state is the join. That is not only less work: what it has forgotten because every member had
    /// it would stay for ever in the other, if that is no member any more and so was not waited for.
    /// </remarks>
    public static ReplicaState Of(ReplicaState mine, ReplicaState theirs)
    {
        if (IsWithin(mine, theirs))
        {
            return theirs with
            {
                Timestamp = HybridTimestamp.Max(mine.Timestamp, theirs.Timestamp),
                Heads = theirs.Heads.SetItems(mine.Heads.Where(entry =>
                    theirs.Heads.ContainsKey(entry.Key) && theirs.Delivered[entry.Key] == mine.Delivered[entry.Key])), // a digest that differs is evidence of a fork
            };
        }

        var joined = mine.Members.Join(theirs.Members);
        var delivered = mine.Delivered.Merge(theirs.Delivered).Retire(joined.Retired);
        var members = joined.EndEvictions(delivered);
        var keys = Join(mine, theirs);
        var operationIds = JoinOperations(mine, theirs, keys); // takes back values in the keys
        return new ReplicaState(
            delivered,
            keys.ToKeySpace(),
            members,
            HybridTimestamp.Max(mine.Timestamp, theirs.Timestamp),
            mine.Heads.SetItems(theirs.Heads.Where(entry => theirs.Delivered[entry.Key] > mine.Delivered[entry.Key]))
                .RemoveRange(members.Retired.Select(dot => dot.Replica)))
        {
            OperationIds = operationIds,
        };
    }

    /// <summary>
    /// What either remembers. A write that only one side has and that only the other has under another dot was made twice, neither knowing of the
    /// other: that with the larger dot is taken back.
    /// </summary>
    private static OperationIds JoinOperations(ReplicaState mine, ReplicaState theirs, KeySpace.Builder keys)
    {
        var joined = mine.OperationIds;
        foreach (var (id, operation) in theirs.OperationIds.All)
        {
            if (!mine.Delivered.Covers(operation.Dot))
            {
                foreach (var twin in mine.OperationIds.Find(id).Where(one => one.Fingerprint == operation.Fingerprint && !theirs.Delivered.Covers(one.Dot)))
                {
                    var gone = twin.Dot > operation.Dot ? twin : operation;
                    foreach (var key in gone.Keys)
                    {
                        keys.Put(key, keys.Find(key)?.Void(gone.Dot));
                    }
                }
            }

            joined = joined.Add(id, operation);
        }

        return joined;
    }

    private static KeySpace.Builder Join(ReplicaState mine, ReplicaState theirs)
    {
        var keys = mine.Keys.ToBuilder();
        foreach (var (key, state) in theirs.Keys.All)
        {
            keys.Put(key, KeyState.Join(mine.Keys.Find(key), mine.Delivered, state, theirs.Delivered));
        }

        foreach (var (key, state) in mine.Keys.All)
        {
            if (theirs.Keys.Find(key) is null)
            {
                keys.Put(key, KeyState.Join(state, mine.Delivered, null, theirs.Delivered));
            }
        }

        return keys;
    }
}
