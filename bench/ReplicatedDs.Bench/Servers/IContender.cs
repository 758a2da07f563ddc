using ReplicatedDs.Bench.Loads;

namespace ReplicatedDs.Bench.Servers;

/// <summary>Several processes that hold the same data.</summary>
internal interface IContender : IAsyncDisposable
{
    /// <summary>As tables and plots name it.</summary>
    string Name { get; }

    IReadOnlyList<Child> Members { get; }

    /// <summary>Connects to one member.</summary>
    Task<IStoreClient> ConnectAsync(int member);

    /// <summary>Ends one member as a crash does.</summary>
    Task KillAsync(int member);

    /// <summary>Starts it again on its data.</summary>
    void Restart(int member);
}
