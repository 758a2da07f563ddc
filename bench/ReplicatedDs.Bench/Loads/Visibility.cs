using System.Diagnostics;
using System.Globalization;

namespace ReplicatedDs.Bench.Loads;

/// <summary>How long it takes until what was written at one member is read at another, by two clients that do nothing else.</summary>
internal static class Visibility
{
    /// <returns>Milliseconds, sorted.</returns>
    public static async Task<double[]> MeasureAsync(int writePort, int readPort, int count)
    {
        using var writer = await RespConnection.OpenAsync(writePort).ConfigureAwait(false);
        using var reader = await RespConnection.OpenAsync(readPort).ConfigureAwait(false);
        var times = new double[count];
        var get = RespConnection.Encode("GET", "bench:visibility");
        for (var i = 0; i < count; i++)
        {
            var value = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{i}-{new string('v', 80)}");
            var set = RespConnection.Encode("SET", "bench:visibility", value);
            var sent = Stopwatch.GetTimestamp();
            await writer.SendAsync(set).ConfigureAwait(false);
            do
            {
                await reader.SendAsync(get).ConfigureAwait(false);
            }
            while (await reader.ReadAsync().ConfigureAwait(false) != value && Stopwatch.GetElapsedTime(sent).TotalSeconds < 10);

            times[i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            await writer.ReadAsync().ConfigureAwait(false);
        }

        Array.Sort(times);
        return times;
    }
}
