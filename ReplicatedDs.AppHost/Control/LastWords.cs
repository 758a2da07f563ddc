namespace ReplicatedDs.AppHost.Control;

/// <summary>Why a process ended, as far as it said so itself.</summary>
internal sealed class LastWords(ResourceLoggerService logs)
{
    /// <summary>How long the kept lines may take to come; a log has no end to wait for.</summary>
    private static readonly TimeSpan Listening = TimeSpan.FromMilliseconds(200);

    /// <summary>The last line on its standard error, else its last line.</summary>
    public async Task<string> OfAsync(IResource resource)
    {
        using var deadline = new CancellationTokenSource(Listening);
        string? error = null;
        string? last = null;
        try
        {
            await foreach (var batch in logs.WatchAsync(resource).WithCancellation(deadline.Token))
            {
                foreach (var line in batch.Where(line => !string.IsNullOrWhiteSpace(line.Content)))
                {
                    last = line.Content;
                    error = line.IsErrorMessage ? line.Content : error;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // That was all.
        }

        return (error ?? last)?.Trim().TrimEnd('.') ?? "it said nothing";
    }
}
