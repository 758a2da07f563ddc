using ReplicatedDs.Client.Tests.StandIn;

namespace ReplicatedDs.Client.Tests.Calls;

/// <summary>One stand-in and one session with it for each test.</summary>
public abstract class StandInTest : IAsyncLifetime
{
    private StandInReplica? _replica;
    private ReplicatedDsClient? _client;
    private CausalSession? _session;

    internal StandInReplica Replica => _replica!;

    internal ReplicatedDsClient Client => _client!;

    internal CausalSession Session => _session!;

    public async Task InitializeAsync()
    {
        _replica = await StandInReplica.StartAsync();
        _client = Clients.Of(_replica.Address);
        _session = _client.StartSession();
    }

    public async Task DisposeAsync()
    {
        await Session.DisposeAsync();
        Client.Dispose();
        await Replica.DisposeAsync();
    }
}
