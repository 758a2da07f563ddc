using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ReplicatedDs.ServiceDefaults.Lifetime;

/// <summary>
/// Ends this process when its parent is gone. The parent holds the other end of the pipe that is our standard input; however it dies,
/// the operating system closes that end and the read here comes to its end.
/// </summary>
internal sealed partial class ParentWatcher(IHostApplicationLifetime lifetime, ILogger<ParentWatcher> logger) : IHostedService
{
    // A killed AppHost leaves no child after 2 s, also on a busy machine: the graceful stop gets half of that.
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(1);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: reads of standard input cannot be cancelled and would keep a pool thread for ever.
        new Thread(Watch) { IsBackground = true, Name = "parent watcher" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Watch()
    {
        ReadToEnd();
        LogParentGone(logger);

        // Callbacks of the stop run synchronously and may block; the deadline must not depend on them.
        ThreadPool.QueueUserWorkItem(_ => lifetime.StopApplication());
        Thread.Sleep(GracePeriod);
        Process.GetCurrentProcess().Kill();
    }

    private static void ReadToEnd()
    {
        try
        {
            using var input = Console.OpenStandardInput();
            Span<byte> buffer = stackalloc byte[256];
            while (input.Read(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A broken standard input says the same as its end.
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Standard input has ended: the process that started this one is gone. Stopping.")]
    private static partial void LogParentGone(ILogger logger);
}
