using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Journeys;

/// <summary>An update in the notation of the original system, <c>SU2:1:4:2:17|x:3</c>.</summary>
internal static class OriginalNotation
{
    /// <summary><c>null</c> if its write or its values are not known any more, or are no plain texts.</summary>
    public static Task<string?> OfAsync(Journey journey, ReplicatedDsClient client, CancellationToken cancellation) =>
        journey.Dependencies is { } dependencies ? OfAsync(journey.Dot, dependencies, journey.Keys, client, cancellation) : Task.FromResult<string?>(null);

    public static async Task<string?> OfAsync(
        Dot dot, IReadOnlyDictionary<string, long> dependencies, IReadOnlyList<string> keys, ReplicatedDsClient client, CancellationToken cancellation)
    {
        if (keys.Count == 0)
        {
            return null;
        }

        await using var session = client.StartSession();
        var operations = ImmutableArray.CreateBuilder<Operation>();
        foreach (var key in keys)
        {
            try
            {
                var version = (await session.GetSiblingsAsync(key, cancellation)).FirstOrDefault(one => one.Dot == dot.ToString());
                if (version is not { Deleted: false, Encoding: "utf-8", Value: { } value })
                {
                    return null;
                }

                operations.Add(new SetOperation(key, Encoding.UTF8.GetBytes(value), null));
            }
            catch (ReplicatedDsException)
            {
                return null;
            }
        }

        var clock = VectorClock.From(dependencies.Select(entry => new Dot(int.Parse(entry.Key, CultureInfo.InvariantCulture), entry.Value)));
        return OriginalText.Format(new Update(dot, clock, new HybridTimestamp(0), operations.ToImmutable()));
    }
}
