namespace ReplicatedDs.Simulation.Running;

/// <summary>Looks for a smaller run that still fails: fewer fault kinds, fewer steps, fewer replicas and clients.</summary>
internal static class Shrinker
{
    /// <param name="failed">A failed run.</param>
    /// <param name="budget">Within how much time.</param>
    public static SimulationResult Shrink(SimulationResult failed, TimeSpan budget)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var best = failed;

        bool Try(SimulationOptions options)
        {
            if (watch.Elapsed > budget || options == best.Options)
            {
                return false;
            }

            var result = Simulation.Run(options);
            if (result.Check != failed.Check)
            {
                return false;
            }

            best = result;
            return true;
        }

        var progress = true;
        while (progress && watch.Elapsed < budget)
        {
            progress = false;
            foreach (var kind in best.Options.Faults)
            {
                progress |= Try(best.Options with { Faults = best.Options.Faults.Remove(kind) });
            }

            progress |= best.Options.Clients > 1 && Try(best.Options with { Clients = best.Options.Clients / 2 });
            progress |= best.Options.Replicas > 2 && Try(best.Options with { Replicas = best.Options.Replicas - 1 });
            progress |= best.StepsTaken < best.Options.Steps && best.StepsTaken > 0 && Try(best.Options with { Steps = (int)best.StepsTaken });
            progress |= Try(best.Options with { Steps = best.Options.Steps / 2 });
            progress |= Try(best.Options with { Steps = best.Options.Steps * 9 / 10 });
        }

        return best;
    }
}
