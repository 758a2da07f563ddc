namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// Keeps the list of slots and their processes. The change stream only says when to ask again, so a missed or unknown item costs
/// nothing; every three seconds it is asked anyway.
/// </summary>
internal sealed class ControlFollower(ControlReader reader, ClusterStore store, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BurstDelay = TimeSpan.FromMilliseconds(50);

    private readonly ChangeSignal _changed = new();

    /// <summary>An action was taken: its effect should show at once.</summary>
    public void Refresh() => _changed.Pulse();

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(RefreshAsync(cancellationToken), ListenAsync(cancellationToken));

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        bool? isReachable = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            var changed = _changed.Next;
            try
            {
                store.SetResources(await reader.ResourcesAsync(cancellationToken));
                if (isReachable != true)
                {
                    logger.ControlAnswers();
                }

                isReachable = true;
                await Task.Delay(BurstDelay, time, cancellationToken);
                await ChangeSignal.WaitAsync(changed, Interval, time, cancellationToken);
            }
            catch (Exception exception) when (ReplicaPoller.IsExpected(exception) && !cancellationToken.IsCancellationRequested)
            {
                var reason = exception is OperationCanceledException ? "no answer within 5 s" : exception.Message;
                if (isReachable != false)
                {
                    logger.ControlSilent(reason);
                }

                isReachable = false;
                store.SetControlLost(reason);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in reader.ChangesAsync(cancellationToken))
                {
                    _changed.Pulse();
                }
            }
            catch (Exception exception) when (ReplicaPoller.IsExpected(exception) && !cancellationToken.IsCancellationRequested)
            {
                // The regular question finds out and says so.
            }

            _changed.Pulse();
            await Task.Delay(RetryDelay, time, cancellationToken);
        }
    }
}
