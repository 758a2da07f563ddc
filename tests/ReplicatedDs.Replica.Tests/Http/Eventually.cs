namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Waits for a condition instead of for time to pass.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Waits until <paramref name="condition"/> holds; fails with <paramref name="state"/> when it does not in time.</summary>
    public static async Task TrueAsync(Func<bool> condition, Func<string> state)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            try
            {
                await poll.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"It did not happen within {Deadline.TotalSeconds} s: {state()}");
            }
        }
    }
}
