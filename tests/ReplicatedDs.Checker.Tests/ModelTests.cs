using ReplicatedDs.Checker.Checks;
using ReplicatedDs.Checker.Tests.Model;

namespace ReplicatedDs.Checker.Tests;

/// <summary>What a correct store does is never rejected.</summary>
public sealed class ModelTests
{
    [Fact]
    public void Check_CausallyConvergentStore_IsClean()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var settings = new ModelSettings
            {
                Operations = 1_500,
                Replicas = 2 + (seed % 5),
                Sessions = 1 + (seed % 9),
                Keys = 1 + (seed % 30),
                DeliveriesPerOperation = seed % 4,
                HasTransactions = seed % 2 == 0,
                DeletePercent = seed % 3 == 0 ? 15 : 0,
            };
            var result = HistoryChecker.Check(ModelStore.Run(seed, settings).Build());

            Assert.True(result.IsClean, $"Seed {seed}: {result}");
            Assert.Equal(Verdict.Holds, result.CausalConvergence);
            Assert.Equal(Verdict.Holds, result.Convergence);
            Assert.Equal(Verdict.Holds, result.SessionGuarantees);
            Assert.Equal(Verdict.Holds, result.Transactions);
        }
    }

    [Fact]
    public void Check_CausalMemoryStore_HoldsCausalMemory()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var settings = new ModelSettings { Operations = 600, Keys = 1 + (seed % 8), Sessions = 3 + (seed % 4), HasTransactions = seed % 2 == 0, HasWinner = false };
            var result = HistoryChecker.Check(ModelStore.Run(seed, settings).Build(), new() { CausalMemory = true });

            Assert.True(result.Findings.All(finding => finding.Pattern == Pattern.CyclicCF), $"Seed {seed}: {result}");
            Assert.Equal(Verdict.Holds, result.CausalMemory);
        }
    }

    [Fact]
    public void Check_StoreWithoutAWinner_IsNotConvergent()
    {
        var found = Enumerable.Range(0, 20)
            .Count(seed => HistoryChecker.Check(ModelStore.Run(seed, new() { HasWinner = false, Sessions = 6 }).Build()).CausalConvergence == Verdict.Violated);

        Assert.Equal(20, found);
    }

    [Fact]
    public void Check_CausalMemoryInWindows_SaysSo()
    {
        var history = ModelStore.Run(1, new() { HasWinner = false }).Build();
        var result = HistoryChecker.Check(history, new() { CausalMemory = true, CausalMemoryWindow = 100 });

        Assert.Equal(Verdict.NotChecked, result.CausalMemory);
        Assert.Contains(result.NotChecked, sentence => sentence.Contains("windows of 100 operations", StringComparison.Ordinal));
    }

    [Fact]
    public void Check_ClocksOverTheBound_SaysSo()
    {
        var result = HistoryChecker.Check(ModelStore.Run(1, new()).Build(), new() { ClockBytesMax = 1_000 });

        Assert.Equal(Verdict.NotChecked, result.CausalConsistency);
        Assert.Equal(Verdict.NotChecked, result.CausalConvergence);
        Assert.Contains(result.NotChecked, sentence => sentence.Contains("more than 1,000 bytes", StringComparison.Ordinal));
    }
}
