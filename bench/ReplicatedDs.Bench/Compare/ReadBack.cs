using System.Net.Sockets;
using ReplicatedDs.Bench.Servers;

namespace ReplicatedDs.Bench.Compare;

/// <summary>Looks for keys at every member, until all are there or nothing changes any more.</summary>
internal static class ReadBack
{
    private const int Readers = 4;
    private const int LooksInVain = 3;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <returns>Those that are not at every member in the end.</returns>
    /// <exception cref="TimeoutException">A member did not answer until then.</exception>
    public static async Task<HashSet<string>> MissingAsync(IContender contender, IReadOnlyCollection<string> keys)
    {
        var missing = keys.ToHashSet();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var inVain = 0; missing.Count > 0 && inVain < LooksInVain;)
        {
            try
            {
                var found = (await LookAsync(contender, [.. missing]).ConfigureAwait(false)).ToHashSet();
                inVain = found.Count < missing.Count ? 0 : inVain + 1;
                missing = found;
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                // A member that takes everything from another one answers no reads meanwhile.
                if (clock.Elapsed > Patience)
                {
                    throw new TimeoutException($"{contender.Name} could not be read within {Patience.TotalMinutes} minutes: {exception.Message}", exception);
                }
            }

            await Task.Delay(missing.Count > 0 ? Between : TimeSpan.Zero).ConfigureAwait(false);
        }

        return missing;
    }

    private static async Task<IEnumerable<string>> LookAsync(IContender contender, IReadOnlyList<string> keys)
    {
        var part = (keys.Count / Readers) + 1;
        var reads = Enumerable.Range(0, contender.Members.Count).SelectMany(member => keys.Chunk(part).Select(async some =>
        {
            using var client = await contender.ConnectAsync(member).ConfigureAwait(false);
            return await client.MissingAsync(some).ConfigureAwait(false);
        }));
        return (await Task.WhenAll(reads).ConfigureAwait(false)).SelectMany(static missing => missing);
    }
}
