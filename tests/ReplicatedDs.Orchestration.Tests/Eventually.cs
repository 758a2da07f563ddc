using System.Diagnostics;

namespace ReplicatedDs.Orchestration.Tests;

internal static class Eventually
{
    /// <summary>Waits until the condition holds; on a miss fails with what was expected and the state at the end.</summary>
    public static async Task TrueAsync(Func<bool> condition, string expected, Func<object?> state, double seconds = 30)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
            {
                Assert.Fail($"Not within {seconds} s: {expected}. State: {state()}");
            }

            await Task.Delay(10);
        }
    }
}
