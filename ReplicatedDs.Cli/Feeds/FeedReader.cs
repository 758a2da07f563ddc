using ReplicatedDs.Cli.Clusters;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Feeds;

/// <summary>
/// Reads the feeds of all replicas that run, up to now. A feed does not say where its present end is: it is reached with an event that is younger than
/// the question, or when nothing more comes.
/// </summary>
internal static class FeedReader
{
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SilenceMax = TimeSpan.FromMilliseconds(500);

    public static async Task<IReadOnlyList<Feed>> ReadAsync(Invocation run)
    {
        var client = await run.ClientAsync();
        var cluster = await run.ClusterAsync();
        var feeds = await Waiting.ForAsync(
            run, "Reading the event feeds", () => Task.WhenAll(cluster.Running.Select(target => ReadAsync(client, target, run.Cancellation))));
        foreach (var feed in feeds.Where(feed => feed.Problem is not null))
        {
            run.Printer.Note($"{feed.Target.Label}: {feed.Problem}");
        }

        return feeds.All(feed => feed.Problem is not null)
            ? throw new RdsException(ExitCodes.Unavailable, "No replica told its events.")
            : feeds;
    }

    private static async Task<Feed> ReadAsync(ReplicatedDsClient client, ReplicaTarget target, CancellationToken cancellation)
    {
        var events = new List<EventView>();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(FirstPatience);
        try
        {
            await foreach (var one in client.At(target.Http).EventsAsync(0, silence.Token))
            {
                if (one.T > now)
                {
                    break;
                }

                events.Add(one);
                silence.CancelAfter(SilenceMax);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nothing more has happened.
        }
        catch (ReplicatedDsException exception)
        {
            return new Feed(target, [], exception.Message.TrimEnd('.'));
        }

        return new Feed(target, events, null);
    }
}
