using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Delivery;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Bench.Core;

/// <summary>The way of textbooks, and of the program that this one began as: at every arrival look at everything that waits, until nothing more can be delivered.</summary>
internal sealed class NaiveDelivery(VectorClock delivered)
{
    private readonly List<Update> _pending = [];

    public VectorClock Delivered { get; private set; } = delivered;

    public void Arrive(Update update)
    {
        _pending.Add(update);
        for (var found = true; found;)
        {
            found = false;
            for (var i = 0; i < _pending.Count; i++)
            {
                if (DeliveryRule.Blocker(_pending[i], Delivered) is null)
                {
                    Delivered = Delivered.With(_pending[i].Dot);
                    _pending.RemoveAt(i--);
                    found = true;
                }
            }
        }
    }
}
