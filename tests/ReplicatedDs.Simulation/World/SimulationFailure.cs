namespace ReplicatedDs.Simulation.World;

/// <summary>A check found that a promise was broken.</summary>
/// <param name="check">Which check.</param>
/// <param name="message">What it saw, with the values.</param>
internal sealed class SimulationFailure(string check, string message) : Exception($"{check}: {message}")
{
    public string Check { get; } = check;
}
