using Microsoft.Extensions.Logging;

namespace ReplicatedDs.ServiceDefaults.Telemetry;

/// <summary>Hands the host's log records to another factory, whose life is not the host's.</summary>
internal sealed class ForwardingLoggerProvider(ILoggerFactory target) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => target.CreateLogger(categoryName);

    public void Dispose()
    {
    }
}
