namespace Aspire.Hosting.ApplicationModel;

public sealed class ExecuteCommandContext
{
    public required string ResourceName { get; init; }

    public required CancellationToken CancellationToken { get; init; }
}
