using ReplicatedDs.Checker.Checks;
using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Tests;

/// <summary>
/// Golden/PATTERN[-what].rejected.jsonl shows the pattern; the file of the same name with "accepted" differs from it in one line.
/// </summary>
public sealed class GoldenHistoryTests
{
    private static readonly CheckerOptions Everything = new() { CausalMemory = true };

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden");

    private static readonly string[] AllNames =
        [.. Directory.EnumerateFiles(Folder, "*.rejected.jsonl").Select(file => Path.GetFileName(file)[..^".rejected.jsonl".Length]).Order()];

    public static TheoryData<string> Names => [.. AllNames];

    [Fact]
    public void Golden_EveryPatternOfHistories_HasAFile()
    {
        var shown = AllNames.Select(name => Enum.Parse<Pattern>(name.Split('-')[0])).Distinct();
        Assert.Equal(Enum.GetValues<Pattern>().Except([Pattern.OutOfOrderDelivery, Pattern.DuplicateDelivery]).Order(), shown.Order());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_Rejected_ShowsItsPattern(string name)
    {
        var pattern = Enum.Parse<Pattern>(name.Split('-')[0]);
        var history = Read(name, "rejected");
        var result = HistoryChecker.Check(history, Everything);

        var finding = Assert.Single(result.Findings, finding => finding.Pattern == pattern);
        Assert.NotEmpty(finding.Operations);
        Assert.EndsWith(".", finding.Sentence, StringComparison.Ordinal);
        Assert.All(finding.Operations, operation => Assert.Contains(operation, history.Operations));
        Assert.Equal(Reference.Of(history), result.Counts.Keys.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_Accepted_IsClean(string name)
    {
        var result = HistoryChecker.Check(Read(name, "accepted"), Everything);

        Assert.True(result.IsClean, result.ToString());
        Assert.Equal(Verdict.Holds, result.CausalConsistency);
        Assert.Equal(Verdict.Holds, result.CausalConvergence);
        Assert.Equal(Verdict.Holds, result.CausalMemory);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_Pair_DiffersInOneLine(string name)
    {
        var rejected = File.ReadAllLines(PathOf(name, "rejected"));
        var accepted = File.ReadAllLines(PathOf(name, "accepted"));

        Assert.Equal(rejected.Length, accepted.Length);
        Assert.Single(rejected.Zip(accepted), pair => pair.First != pair.Second);
    }

    [Theory]
    [InlineData("WriteHBInitRead")]
    [InlineData("CyclicHB")]
    public void Golden_CausalMemoryNotAskedFor_HoldsOtherwise(string name)
    {
        var result = HistoryChecker.Check(Read(name, "rejected"));

        Assert.True(result.IsClean, result.ToString());
        Assert.Equal(Verdict.Holds, result.CausalConvergence);
        Assert.Equal(Verdict.NotChecked, result.CausalMemory);
        Assert.Contains(result.NotChecked, sentence => sentence.Contains("CM", StringComparison.Ordinal));
    }

    private static string PathOf(string name, string kind) => Path.Combine(Folder, $"{name}.{kind}.jsonl");

    private static History Read(string name, string kind)
    {
        using var stream = File.OpenRead(PathOf(name, kind));
        var reading = HistoryReader.Read(stream);
        Assert.Null(reading.Problem);
        return reading.History!;
    }
}
