using System.Diagnostics;
using System.Globalization;
using ReplicatedDs.Simulation.Coverage;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Running;

/// <summary>Runs seeds one after the other and reports.</summary>
internal sealed class SeedRunner(TextWriter output)
{
    private static readonly TimeSpan ShrinkBudget = TimeSpan.FromSeconds(30);

    /// <summary>One seed; true if it passed. Prints the options and the trace hash.</summary>
    public bool RunOne(CommandLine line)
    {
        var options = line.Options(line.Seed!.Value);
        output.WriteLine(options);
        var result = Simulation.Run(options, trace: true, line.Trace ? output : null);
        if (result.IsFailure)
        {
            Report(result, line);
        }
        else
        {
            output.WriteLine(result.Summary);
            output.WriteLine($"faults: {result.Faults}");
        }

        output.WriteLine($"trace hash: {result.TraceHash}");
        return !result.IsFailure;
    }

    /// <summary>Many seeds; true if all passed. Stops at the first failure.</summary>
    public bool RunMany(CommandLine line)
    {
        var watch = Stopwatch.StartNew();
        var faults = new FaultCounter();
        long runs = 0;
        long steps = 0;
        while (runs < line.Seeds && !(line.Seconds is { } seconds && watch.Elapsed.TotalSeconds >= seconds))
        {
            var result = Simulation.Run(line.Options(line.From + (ulong)runs));
            runs++;
            steps += result.StepsTaken;
            faults.Add(result.Faults);
            if (result.IsFailure)
            {
                Totals(runs, steps, watch, faults);
                Report(result, line);
                return false;
            }
        }

        Totals(runs, steps, watch, faults);
        return true;
    }

    private void Totals(long runs, long steps, Stopwatch watch, FaultCounter faults)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{runs} seeds, {steps} steps, {runs / watch.Elapsed.TotalSeconds:F1} schedules/s\nfaults injected: {faults}"));
        BranchReport.Write(output);
    }

    private void Report(SimulationResult result, CommandLine line)
    {
        output.WriteLine($"FAILED {result.Options}");
        output.WriteLine($"  after {result.StepsTaken} steps: {result.Failure}");
        if (line.NoShrink)
        {
            return;
        }

        var small = Shrinker.Shrink(result, ShrinkBudget);
        output.WriteLine($"SHRUNK {small.Options}");
        output.WriteLine($"  after {small.StepsTaken} steps: {small.Failure}");
        output.WriteLine($"  replay: {Replay(small.Options)}");
    }

    private static string Replay(SimulationOptions options)
    {
        var without = SimulationOptions.FromSeed(options.Seed).Faults.Except(options.Faults);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"--seed {options.Seed} --steps {options.Steps} --replicas {options.Replicas} --clients {options.Clients}{(without.Count > 0 ? $" --without {string.Join(',', without)}" : "")}{(options.Mutation == default ? "" : $" --mutation {options.Mutation}")}");
    }
}
