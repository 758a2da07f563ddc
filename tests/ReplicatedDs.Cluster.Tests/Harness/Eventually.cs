using System.Diagnostics;
using System.Text.Json;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>Waits on conditions of other processes. Every wait has a deadline, and its failure prints what was seen last.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks until the answer is good, and gives that answer.</summary>
    /// <param name="expectation">A sentence's part: what is expected, e.g. "replica-3 shows y".</param>
    public static async Task<T> SeesAsync<T>(string expectation, Func<Task<T>> ask, Func<T, bool> isGood, TimeSpan? within = null)
    {
        var deadline = within ?? Patience;
        var clock = Stopwatch.StartNew();
        for (var pause = TimeSpan.FromMilliseconds(5); ; pause = pause * 2 < PauseMax ? pause * 2 : PauseMax)
        {
            string state;
            try
            {
                var answer = await ask();
                if (isGood(answer))
                {
                    return answer;
                }

                state = Describe(answer);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or TaskCanceledException or JsonException)
            {
                state = exception.Message;
            }

            if (clock.Elapsed > deadline)
            {
                throw new XunitException($"Expected within {deadline.TotalSeconds:0.##} s: {expectation}. Last seen: {state}");
            }

            await Task.Delay(pause);
        }
    }

    public static Task HoldsAsync(string expectation, Func<bool> isTrue, Func<string> state, TimeSpan? within = null) =>
        SeesAsync(expectation, () => Task.FromResult((IsTrue: isTrue(), State: state())), seen => seen.IsTrue, within);

    private static string Describe<T>(T answer) => answer switch
    {
        null => "nothing",
        string text => text,
        System.Runtime.CompilerServices.ITuple tuple => string.Join(", ", Enumerable.Range(0, tuple.Length).Select(i => Describe(tuple[i]))),
        _ => JsonSerializer.Serialize(answer, JsonSerializerOptions.Web),
    };
}
