using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Running;

/// <summary>How a run ended.</summary>
/// <param name="Check">Which check failed, or the type of the exception; <c>null</c> if none.</param>
/// <param name="Failure">What it saw.</param>
/// <param name="TraceHash">Empty unless the trace was on.</param>
/// <param name="StepsTaken">Events of the safety phase until the end or the failure.</param>
internal sealed record SimulationResult(
    SimulationOptions Options, string? Check, string? Failure, string TraceHash, long StepsTaken, string Summary, FaultCounter Faults)
{
    public bool IsFailure => Check is not null;
}
