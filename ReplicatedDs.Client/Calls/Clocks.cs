using System.Globalization;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client.Calls;

/// <summary>Clocks as they travel in JSON.</summary>
internal static class Clocks
{
    /// <exception cref="UnexpectedAnswerException">There is none, or it is no clock.</exception>
    public static VectorClock Read(IReadOnlyDictionary<string, long>? entries) => VectorClock.From((entries ?? throw new UnexpectedAnswerException("An answer lacks its clock."))
        .Where(entry => entry.Value > 0)
        .Select(entry => int.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
            ? new Dot(id, entry.Value)
            : throw new UnexpectedAnswerException($"A clock has the entry '{entry.Key}', which is not a replica's id.")));
}
