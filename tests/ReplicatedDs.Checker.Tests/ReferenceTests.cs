using System.Text;
using ReplicatedDs.Checker.Checks;
using ReplicatedDs.Checker.Histories;
using ReplicatedDs.Checker.Tests.Model;

namespace ReplicatedDs.Checker.Tests;

/// <summary>The checker finds exactly what the definitions say, on histories small enough to apply the definitions as they stand.</summary>
public sealed class ReferenceTests
{
    private static readonly CheckerOptions Everything = new() { CausalMemory = true };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Check_RandomHistories_AgreesWithTheReference(int batch)
    {
        var found = new Dictionary<Pattern, int>();
        for (var seed = batch * 5_000; seed < (batch + 1) * 5_000; seed++)
        {
            Compare(RandomHistories.Make(seed), $"random seed {seed}", found);
        }

        Assert.All(
            Enum.GetValues<Pattern>().Where(pattern => pattern <= Pattern.LostWrite && pattern != Pattern.WriteHBInitRead),
            pattern => Assert.True(found.ContainsKey(pattern), $"{pattern} never occurred, so nothing was shown about it."));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Check_CorrectHistoriesWithOneMutation_AgreesWithTheReference(bool hasWinner)
    {
        var found = new Dictionary<Pattern, int>();
        for (var seed = 0; seed < 2_000; seed++)
        {
            var settings = new ModelSettings
            {
                Operations = 8 + (seed % 14),
                Keys = 2 + (seed % 2),
                DeliveriesPerOperation = seed % 3,
                HasTransactions = seed % 2 == 0,
                DeletePercent = seed % 5 == 0 ? 20 : 0,
                HasWinner = hasWinner,
            };
            var history = Mutation.Apply(ModelStore.Run(seed, settings).Build(), new Random(seed));
            Compare(history, $"mutation of model seed {seed}, winner {hasWinner}", found);
        }

        Assert.All(
            (Pattern[])[Pattern.WriteCORead, Pattern.WriteCOInitRead, Pattern.CyclicCF, Pattern.CyclicHB],
            pattern => Assert.True(found.ContainsKey(pattern), $"{pattern} never occurred, so nothing was shown about it."));
    }

    [Fact]
    public void Check_MutatedGoldenHistories_AgreesWithTheReference()
    {
        var found = new Dictionary<Pattern, int>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden")).Order())
        {
            using var stream = File.OpenRead(file);
            var golden = HistoryReader.Read(stream).History!;
            for (var seed = 0; seed < 150; seed++)
            {
                Compare(Mutation.Apply(golden, new Random(seed)), $"mutation {seed} of {Path.GetFileName(file)}", found);
            }
        }

        Assert.All(
            Enum.GetValues<Pattern>().Where(pattern => pattern <= Pattern.LostWrite),
            pattern => Assert.True(found.ContainsKey(pattern), $"{pattern} never occurred, so nothing was shown about it."));
    }

    private static void Compare(History history, string origin, Dictionary<Pattern, int> found)
    {
        Pattern[] memory = [Pattern.WriteHBInitRead, Pattern.CyclicHB];
        var expected = Reference.Of(history);
        var result = HistoryChecker.Check(history, Everything);
        var actual = result.Counts.Keys.ToHashSet();

        // With a stale read the checker still looks for cycles among concurrent writes; the reference does not.
        if (expected.Overlaps([Pattern.WriteCORead, Pattern.WriteCOInitRead]))
        {
            actual.Remove(Pattern.CyclicCF);
        }

        // The checker stops at the first session that breaks causal memory.
        var agrees = expected.Except(memory).ToHashSet().SetEquals(actual.Except(memory))
            && actual.Intersect(memory).Any() == expected.Overlaps(memory)
            && expected.IsSupersetOf(actual.Intersect(memory));
        if (!agrees)
        {
            using var lines = new MemoryStream();
            HistoryWriter.Write(lines, history);
            Assert.Fail($"{origin}: the definitions give {string.Join(", ", expected)}; the checker: {result}\n{Encoding.UTF8.GetString(lines.ToArray())}");
        }

        foreach (var pattern in expected)
        {
            found[pattern] = found.GetValueOrDefault(pattern) + 1;
        }
    }
}
