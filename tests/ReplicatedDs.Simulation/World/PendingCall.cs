using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Simulation.World;

/// <summary>The tag of a request on its way through a core: whom to tell.</summary>
/// <param name="answered">Called with the durable answer, or with null when the append failed and nothing was changed.</param>
internal sealed class PendingCall(Action<RequestResult?> answered)
{
    /// <summary>The request that carries this tag.</summary>
    public Request? Request { get; set; }

    public void Answer(RequestResult? result) => answered(result);
}
