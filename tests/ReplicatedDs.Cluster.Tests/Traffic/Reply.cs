using System.Net;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>What a session learns from one call.</summary>
/// <param name="Token">The session after it.</param>
/// <param name="Values">Of a read: the keys' values as text, in the order that was asked for; <c>null</c>: absent. A set is a JSON array.</param>
/// <param name="By">Of a write: the id of the replica that took it, if the answer says so.</param>
/// <param name="Detail">What was answered instead, if it is not done.</param>
internal sealed record Reply(Ending Ending, string? Token = null, IReadOnlyList<string?>? Values = null, int? By = null, string? Detail = null)
{
    public static Reply Of(HttpStatusCode status, string problem, string detail) => new(
        ((int)status, problem) switch
        {
            (410, "history-lost") => Ending.HistoryLost,
            (408 or 410 or 429 or 503 or 507, _) => Ending.NotDone,
            _ => Ending.Surprise,
        },
        Detail: $"{(int)status} {problem}: {detail}");
}
