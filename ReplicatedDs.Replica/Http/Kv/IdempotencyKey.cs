using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>The name that a client gives to a write, so that repeating it changes nothing more.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>Says that the write had happened before.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    private const int LengthMax = 255;

    /// <summary>The request's; <c>null</c> without one.</summary>
    /// <exception cref="ProblemException">It is empty, too long or comes more than once.</exception>
    public static string? Of(HttpRequest request)
    {
        var header = request.Headers[Header];
        if (header.Count == 0)
        {
            return null;
        }

        return header is [{ Length: > 0 and <= LengthMax } key] && key.All(character => character is > ' ' and < '\x7f')
            ? key
            : throw new ProblemException(
                ProblemKinds.BadRequest, $"{Header} has to be one text of 1 to {LengthMax} visible ASCII characters, such as a UUID.");
    }
}
