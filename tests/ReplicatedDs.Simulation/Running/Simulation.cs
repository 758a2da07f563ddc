using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Running;

/// <summary>Runs one simulation from its options.</summary>
internal static class Simulation
{
    /// <param name="trace">Whether to make the trace and its hash.</param>
    /// <param name="echo">Where to print the trace to, if anywhere.</param>
    public static SimulationResult Run(SimulationOptions options, bool trace = false, TextWriter? echo = null)
    {
        using var cluster = new SimulatedCluster(options, trace, echo);
        string? check = null;
        string? failure = null;
        try
        {
            cluster.Run();
        }
        catch (SimulationFailure broken)
        {
            (check, failure) = (broken.Check, broken.Message);
        }
#pragma warning disable CA1031 // An assertion of the core that fails is a finding like any other.
        catch (Exception broken)
#pragma warning restore CA1031
        {
            (check, failure) = (broken.GetType().Name, broken.ToString());
        }

        return new SimulationResult(options, check, failure, cluster.Trace.Hash(), cluster.Steps, cluster.Summary(), cluster.Faults);
    }
}
