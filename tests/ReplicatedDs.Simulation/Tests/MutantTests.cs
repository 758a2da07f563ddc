using System.Diagnostics;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Simulation.Running;
using Xunit.Abstractions;

namespace ReplicatedDs.Simulation.Tests;

/// <summary>Checks that cannot fail are worth nothing: each deliberate fault in the core must be noticed within a few seeds.</summary>
public class MutantTests(ITestOutputHelper output)
{
    private const ulong SeedsMax = 100;

    public static TheoryData<string> Mutations => [.. Enum.GetNames<CoreMutation>().Where(name => name != nameof(CoreMutation.None))];

    [Theory]
    [MemberData(nameof(Mutations))]
    public void Core_WithADeliberateFault_IsCaught(string mutation)
    {
        var watch = Stopwatch.StartNew();
        var parsed = Enum.Parse<CoreMutation>(mutation);
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            var result = Running.Simulation.Run(SimulationOptions.FromSeed(seed) with { Mutation = parsed });
            if (result.IsFailure)
            {
                output.WriteLine($"{mutation}: {result.Check} after {seed} seeds, {watch.Elapsed.TotalSeconds:F1} s");
                return;
            }
        }

        Assert.Fail($"{SeedsMax} seeds passed with the fault {mutation} in the core.");
    }

    [Fact]
    public void Core_ThatSkipsTheDependencyCheck_IsCaughtByTheCausalOrder()
    {
        var failures = Enumerable.Range(1, 20)
            .Select(seed => Running.Simulation.Run(SimulationOptions.FromSeed((ulong)seed) with { Mutation = CoreMutation.SkipDependencyCheck }).Check)
            .ToList();
        Assert.Contains("CausalOrderChecker", failures);
    }

    [Fact]
    public void Shrinker_OfAFailure_FindsASmallerOneThatReplays()
    {
        var failed = Running.Simulation.Run(SimulationOptions.FromSeed(1) with { Mutation = CoreMutation.SkipDependencyCheck });
        for (ulong seed = 2; !failed.IsFailure; seed++)
        {
            failed = Running.Simulation.Run(SimulationOptions.FromSeed(seed) with { Mutation = CoreMutation.SkipDependencyCheck });
        }

        var small = Shrinker.Shrink(failed, TimeSpan.FromSeconds(10));
        Assert.Equal(failed.Check, small.Check);
        Assert.True(small.Options.Faults.Count <= failed.Options.Faults.Count && small.Options.Steps <= failed.Options.Steps);
        Assert.NotEqual(failed.Options, small.Options);
        Assert.Equal(small.Failure, Running.Simulation.Run(small.Options).Failure);
        Assert.DoesNotContain(small.Options.Faults, kind => !failed.Options.Has(kind));
    }
}
