using ReplicatedDs.Checker.Checks;
using ReplicatedDs.Checker.Histories;
using ReplicatedDs.Checker.Tests.Model;

namespace ReplicatedDs.Checker.Tests;

public sealed class FindingTests
{
    [Fact]
    public void Finding_ItsOperationsAlone_ShowThePattern()
    {
        var shown = new HashSet<Pattern>();
        for (var seed = 0; seed < 1_500; seed++)
        {
            var history = Mutation.Apply(ModelStore.Run(seed, new() { Operations = 60, Sessions = 5, Replicas = 4 }).Build(), new Random(seed));
            foreach (var finding in HistoryChecker.Check(history).Findings)
            {
                // Other findings may be part of it: a cycle among the few leaves the rest unchecked.
                var alone = Reference.Of(Only(finding.Operations));
                Assert.True(
                    alone.Contains(finding.Pattern) || (finding.Pattern == Pattern.CyclicCF && alone.Contains(Pattern.WriteCORead)),
                    $"Seed {seed}: {finding}\n{string.Join('\n', finding.Operations)}\nalone show {string.Join(", ", alone)}");
                shown.Add(finding.Pattern);
            }
        }

        Assert.True(
            shown.IsSupersetOf([Pattern.WriteCORead, Pattern.WriteCOInitRead, Pattern.CyclicCO, Pattern.CyclicCF, Pattern.MonotonicReads]),
            $"Only these occurred: {string.Join(", ", shown)}");
    }

    [Fact]
    public void Finding_OfALongHistory_IsSmall()
    {
        var builder = ModelStore.Run(7, new() { Operations = 20_000, Sessions = 20, Keys = 50 });
        builder.Write("first", "x", "1").Write("first", "y", "1").Read("second", "y", "1").Write("second", "z", "1").Read("third", "z", "1").Read("third", "x", null);
        var finding = Assert.Single(HistoryChecker.Check(builder.Build()).Findings, finding => finding.Pattern == Pattern.WriteCOInitRead);

        Assert.Equal(
            ["first#1", "first#2", "second#1", "second#2", "third#1", "third#2"],
            finding.Operations.Select(operation => $"{operation.Session}#{operation.Position}"));
        Assert.Equal("third#2 read x = absent found nothing under x, although first#1 wrote x = \"1\" is in its causal past.", finding.Sentence);
    }

    [Fact]
    public void Check_VeryManyFindings_ExplainsTheFirstAndCountsAll()
    {
        var builder = new HistoryBuilder().Write("a", "x", "1").Write("a", "x", "2").Read("b", "x", "2");
        for (var i = 0; i < 1_000; i++)
        {
            builder.Read("b", "x", "1");
        }

        var result = HistoryChecker.Check(builder.Build(), new() { FindingsPerPatternMax = 3 });

        Assert.Equal(1_000, result.Counts[Pattern.WriteCORead]);
        Assert.Equal(3, result.Findings.Count(finding => finding.Pattern == Pattern.WriteCORead));
        Assert.Equal(Verdict.Violated, result.SessionGuarantees);
    }

    private static History Only(IReadOnlyList<Operation> operations)
    {
        var builder = new HistoryBuilder();
        foreach (var operation in operations.OrderBy(operation => operation.Position))
        {
            builder.Add(new Operation
            {
                Session = operation.Session,
                Kind = operation.Kind,
                Accesses = operation.Accesses,
                Outcome = operation.Outcome,
                IsFinal = operation.IsFinal,
            });
        }

        return builder.Build();
    }
}
