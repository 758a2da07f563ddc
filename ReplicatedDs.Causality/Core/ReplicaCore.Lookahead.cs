using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;

namespace ReplicatedDs.Causality.Core;

/// <summary>What is about to be written is found together: one find after another mostly waits for places in memory.</summary>
public sealed partial class ReplicaCore
{
    private readonly KeyLookahead _ahead = new();

    /// <summary>Finds the keys of own writes that follow one another, as many as are found at once.</summary>
    /// <returns>Of how many writes.</returns>
    private int LookAhead(ReadOnlySpan<ReplicaInput> inputs)
    {
        _ahead.Clear();
        var count = 0;
        while (count < inputs.Length && inputs[count] is WriteRequest write && !_ahead.IsFull)
        {
            AddAhead(write.Operations.AsSpan());
            count++;
        }

        FindAhead();
        return count;
    }

    /// <summary>The same of a peer's updates.</summary>
    private int LookAhead(ReadOnlySpan<Update> updates)
    {
        _ahead.Clear();
        var count = 0;
        while (count < updates.Length && !_ahead.IsFull)
        {
            if (!_staged.Delivered.Covers(updates[count].Dot)) // a duplicate changes nothing
            {
                AddAhead(updates[count].Operations.AsSpan());
            }

            count++;
        }

        FindAhead();
        return count;
    }

    private void FindAhead()
    {
        if (!_ahead.IsEmpty) // as with duplicates or changes of membership alone: those need no builder
        {
            _staged.LookAhead(_ahead);
        }
    }

    private void AddAhead<T>(ReadOnlySpan<T> operations)
        where T : Operation
    {
        foreach (var operation in operations)
        {
            if (operation is KeyOperation change)
            {
                _ahead.Add(change.Key);
            }
        }
    }
}
