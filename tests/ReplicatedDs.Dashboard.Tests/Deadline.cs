namespace ReplicatedDs.Dashboard.Tests;

/// <summary>Waits for conditions instead of sleeping; a failure says what was seen last.</summary>
internal static class Deadline
{
    public static async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> condition, string what, int seconds = 30)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            var seen = await read();
            if (condition(seen))
            {
                return seen;
            }

            if (deadline.IsCancellationRequested)
            {
                Assert.Fail($"Not within {seconds} s: {what}. Last seen: {seen}");
            }

            await Task.Delay(25, CancellationToken.None);
        }
    }

    public static Task<T> UntilAsync<T>(Func<T> read, Func<T, bool> condition, string what, int seconds = 30) =>
        UntilAsync(() => Task.FromResult(read()), condition, what, seconds);
}
