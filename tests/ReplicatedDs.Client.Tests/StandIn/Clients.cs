namespace ReplicatedDs.Client.Tests.StandIn;

/// <summary>Clients of stand-ins: quick to try again, patient enough for a loaded machine.</summary>
internal static class Clients
{
    public static ReplicatedDsClient Of(params Uri[] replicas) => Of(_ => { }, replicas);

    public static ReplicatedDsClient Of(Action<ReplicatedDsClientOptions> configure, params Uri[] replicas)
    {
        var options = new ReplicatedDsClientOptions { RetryDelay = TimeSpan.FromMilliseconds(1), RetryDelayMax = TimeSpan.FromMilliseconds(5) };
        foreach (var replica in replicas)
        {
            options.Replicas.Add(replica);
        }

        configure(options);
        return new ReplicatedDsClient(options);
    }
}
