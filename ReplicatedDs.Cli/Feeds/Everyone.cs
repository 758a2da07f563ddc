using ReplicatedDs.Cli.Clusters;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;
using ReplicatedDs.Client.Operations;

namespace ReplicatedDs.Cli.Feeds;

/// <summary>Asks the chosen replicas at the same time.</summary>
internal static class Everyone
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Each one's answer, or a word on why there is none.</summary>
    public static async Task<IReadOnlyList<(ReplicaTarget Target, T? Answer, string? Problem)>> AskAsync<T>(
        Invocation run, Func<ReplicaOperations, CancellationToken, Task<T>> ask)
        where T : class
    {
        var client = await run.ClientAsync();
        return await Task.WhenAll((await run.ClusterAsync()).Chosen.Select(async target =>
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(run.Cancellation);
            patience.CancelAfter(Patience);
            try
            {
                return (target, (T?)await ask(client.At(target.Http), patience.Token), (string?)null);
            }
            catch (ReplicasUnavailableException)
            {
                return (target, null, "unreachable");
            }
            catch (ReplicatedDsException exception)
            {
                return (target, null, exception.Message);
            }
            catch (OperationCanceledException) when (!run.Cancellation.IsCancellationRequested)
            {
                return (target, (T?)null, "no answer in time");
            }
        }));
    }

    /// <summary>Not available only if nobody answered.</summary>
    public static int ExitCodeOf<T>(IReadOnlyList<(ReplicaTarget Target, T? Answer, string? Problem)> answers)
        where T : class => answers.Any(one => one.Answer is not null) ? ExitCodes.Ok : ExitCodes.Unavailable;
}
