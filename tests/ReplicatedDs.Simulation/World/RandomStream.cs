namespace ReplicatedDs.Simulation.World;

/// <summary>The independent streams of random numbers in one run.</summary>
internal enum RandomStream
{
    Options = 1,
    Network,
    Disk,
    Clients,
    Faults,
    Processes,
}
