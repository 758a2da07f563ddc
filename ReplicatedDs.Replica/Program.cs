using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration.Memory;
using ReplicatedDs.Replica.Gateways.Resp;
using ReplicatedDs.Replica.Gateways.Text;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.ServiceDefaults;

try
{
    // Everything is read once, at the start. Without this the host watches the working folder and all below it, the data folder's files among them if it lies
    // there: an event for each write.
    var builder = WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);

    // Unless told otherwise, wherever it is started: a line for each request would cost more than many a request does, and name its key.
    builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("Logging:LogLevel:Microsoft", "Warning"), new("Logging:LogLevel:System.Net.Http", "Warning")] });
    var options = ReplicaOptionsReader.Read(builder.Configuration);
    if (options.Redis?.Contains("ssl=true", StringComparison.OrdinalIgnoreCase) != true)
    {
        // What waits for a socket goes on in the thread that heard from it, not in another that has to be woken: for short commands the change costs more than they do.
        // Kestrel's requests are handed to the thread pool all the same. It is read with the first socket, and has no other switch. The client of Redis may wait for TLS in such a thread.
        const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
        Environment.SetEnvironmentVariable(InlineCompletions, Environment.GetEnvironmentVariable(InlineCompletions) ?? "1");
    }

    builder.AddServiceDefaults();

    // A start that fails is told in one sentence below; the host would log its stack trace as well.
    builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    builder.WebHost.ListenAs(options);
    builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(4)); // whoever stops it kills it after a few seconds
    builder.Services.AddReplica(options);
    builder.Services.AddReplicaApi(builder.Configuration);
    builder.Services.AddTextGateway(builder.Configuration);
    builder.Services.AddRespGateway(builder.Configuration);

    var app = builder.Build();
    app.UsePeerPort(options);
    app.MapReplicaApi();

    await app.Services.GetRequiredService<ReplicaStoreFactory>().CheckValuesAsync(CancellationToken.None);
    app.Services.GetRequiredService<ReplicaNode>().Open();
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (Exception exception) when (exception is ConfigurationException or StorageUnavailableException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}
catch (IOException exception) when (exception.InnerException is AddressInUseException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}
