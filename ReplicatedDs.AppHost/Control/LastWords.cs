namespace ReplicatedDs.AppHost.Control;

/// <summary>Why a process ended, as far as it said so itself.</summary>
internal sealed class LastWords(ResourceLoggerService logs)
{
    /// <summary>The last line on its standard error, else its last line.</summary>
    public async Task<string> OfAsync(IResource resource)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await foreach (var batch in logs.WatchAsync(resource).WithCancellation(deadline.Token))
            {
                var lines = batch.Where(line => !string.IsNullOrWhiteSpace(line.Content)).ToList();
                return (lines.Exists(line => line.IsErrorMessage) ? lines.Last(line => line.IsErrorMessage) : lines.LastOrDefault()).Content?.Trim().TrimEnd('.') ?? "it said nothing";
            }
        }
        catch (OperationCanceledException)
        {
            // It has no line at all.
        }

        return "it said nothing";
    }
}
