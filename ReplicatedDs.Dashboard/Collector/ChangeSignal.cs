namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// Wakes everybody who waits. A waiter takes <see cref="Next"/> first, looks at the state, and only then awaits: so no change falls
/// between looking and waiting.
/// </summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource _next = Create();

    public Task Next => Volatile.Read(ref _next).Task;

    public void Pulse() => Interlocked.Exchange(ref _next, Create()).TrySetResult();

    /// <summary>Waits for a pulse, at most as long as given.</summary>
    public static async Task WaitAsync(Task next, TimeSpan most, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeout = Task.Delay(most, time, timer.Token);
        await Task.WhenAny(next, timeout);
        await timer.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
