namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// Wakes everybody who waits. A waiter takes <see cref="Next"/> first, looks at the state, and only then awaits: so no change falls
/// between looking and waiting.
/// </summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource? _next;

    public Task Next
    {
        get
        {
            if (Volatile.Read(ref _next) is { } next)
            {
                return next.Task;
            }

            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _next, made, null) ?? made).Task;
        }
    }

    /// <summary>Costs nothing while nobody waits: some pulse with every event of the cluster.</summary>
    public void Pulse() => Interlocked.Exchange(ref _next, null)?.TrySetResult();

    /// <summary>Waits for a pulse, at most as long as given.</summary>
    public static async Task WaitAsync(Task next, TimeSpan most, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeout = Task.Delay(most, time, timer.Token);
        await Task.WhenAny(next, timeout);
        await timer.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
