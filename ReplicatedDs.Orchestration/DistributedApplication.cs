namespace Aspire.Hosting;

/// <summary>The processes of one application: started together, stopped in reverse order, gone when this process is gone.</summary>
public class DistributedApplication : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly Orchestrator _orchestrator;

    internal DistributedApplication(IHost host)
    {
        _host = host;
        _orchestrator = host.Services.GetRequiredService<Orchestrator>();
    }

    public IServiceProvider Services => _host.Services;

    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args);

    /// <summary>Starts everything, returns after Ctrl+C or SIGTERM when everything has stopped.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            await StartAsync(ending.Token);
            await Task.Delay(Timeout.Infinite, ending.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested || cancellationToken.IsCancellationRequested)
        {
            // Asked to stop, during the start or after it. Not `ending`: a subscriber that watches ApplicationStopping itself may be
            // told first, and throw before the linked source has heard of it.
        }
        finally
        {
            await StopAsync(CancellationToken.None);
            await DisposeAsync();
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var events = Services.GetRequiredService<EventHub>();
        var context = Services.GetRequiredService<DistributedApplicationExecutionContext>();
        foreach (var subscriber in Services.GetServices<IDistributedApplicationEventingSubscriber>())
        {
            await subscriber.SubscribeAsync(events, context, cancellationToken);
        }

        await _host.StartAsync(cancellationToken); // from here on Ctrl+C is heard
        await events.PublishAsync(new BeforeStartEvent(), cancellationToken);
        await _orchestrator.StartAsync(cancellationToken);
        await events.PublishAsync(new AfterResourcesCreatedEvent(), cancellationToken);
        Console.Out.WriteLine("Distributed application started. Press Ctrl+C to shut down.");
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await _orchestrator.StopAsync();
        await _host.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _orchestrator.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
