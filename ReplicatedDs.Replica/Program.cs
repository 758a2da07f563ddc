using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Storage;

try
{
    var builder = WebApplication.CreateBuilder(args);
    var options = ReplicaOptionsReader.Read(builder.Configuration);
    builder.WebHost.ListenAs(options);
    builder.Services.AddReplica(options);

    var app = builder.Build();
    app.UsePeerPort(options);

    app.Services.GetRequiredService<ReplicaNode>().Open();
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (Exception exception) when (exception is ConfigurationException or StorageUnavailableException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}
catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException taken)
{
    await Console.Error.WriteLineAsync($"{taken.Message} Stop the other process or choose another port.");
    return 2;
}
