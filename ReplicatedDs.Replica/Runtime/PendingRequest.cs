using System.Collections.Immutable;
using ReplicatedDs.Causality.Core;

namespace ReplicatedDs.Replica.Runtime;

/// <summary>A request that the loop has not answered yet: its tag. Whoever waits for <see cref="TaskCompletionSource{TResult}.Task"/> goes on in the thread that answers.</summary>
public class PendingRequest : TaskCompletionSource<RequestResult>
{
    // Those who wait go on one after the other, some in one thread of the pool: to wake a thread for each would cost more than what most of them have to do.
    private const int Together = 16;

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

    /// <summary>The same for many, from the loop, which goes on at once: those who wait do so elsewhere.</summary>
    /// <param name="replies">Their tags are pending requests.</param>
    internal static void Answer(ImmutableArray<(object? Tag, RequestResult Result)> replies)
    {
        foreach (var (tag, _) in replies)
        {
            ((PendingRequest)tag!).Release();
        }

        for (var first = 0; first < replies.Length; first += Together)
        {
            ThreadPool.UnsafeQueueUserWorkItem(new Answers(replies, first), preferLocal: true);
        }
    }

    /// <summary>As <see cref="Fail"/>, from the loop.</summary>
    internal void FailElsewhere(Exception exception)
    {
        Release();
        ThreadPool.UnsafeQueueUserWorkItem(static waiting => waiting.Pending.TrySetException(waiting.Exception), (Pending: this, Exception: exception), preferLocal: false);
    }

    /// <summary>Gives back what was held for as long as the request ran; called once, in the loop: it must be quick.</summary>
    protected virtual void Release()
    {
    }

    private sealed class Answers(ImmutableArray<(object? Tag, RequestResult Result)> replies, int first) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            foreach (var (tag, result) in replies.AsSpan(first, Math.Min(Together, replies.Length - first)))
            {
                ((PendingRequest)tag!).TrySetResult(result);
            }
        }
    }
}
