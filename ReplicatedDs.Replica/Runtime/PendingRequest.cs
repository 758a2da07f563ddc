using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>
/// A request that the loop has not answered yet: its tag. Whoever waits for <see cref="TaskCompletionSource{TResult}.Task"/> goes on elsewhere, never in
/// the loop.
/// </summary>
public class PendingRequest() : TaskCompletionSource<RequestResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public void Answer(RequestResult result)
    {
        Release();
        TrySetResult(result);
    }

    public void Fail(Exception exception)
    {
        Release();
        TrySetException(exception);
    }

    /// <summary>Gives back what was held for as long as the request ran; called once, in the loop: it must be quick.</summary>
    protected virtual void Release()
    {
    }
}
