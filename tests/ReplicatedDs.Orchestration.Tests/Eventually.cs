using System.Diagnostics;

namespace ReplicatedDs.Orchestration.Tests;

internal static class Eventually
{
    /// <summary>Waits until the condition holds; on a miss fails with what was expected and the state at the end.</summary>
    public static async Task TrueAsync(Func<bool> condition, string expected, Func<object?> state, double seconds = 10)
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

    public static bool IsAlive(int pid)
    {
        // A zombie that nobody has reaped yet is dead.
        var stat = $"/proc/{pid}/stat";
        try
        {
            return File.Exists(stat) && !File.ReadAllText(stat).Split(") ")[^1].StartsWith('Z');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
