using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.Cluster.Tests.Soaking;
using Xunit.Abstractions;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>The rule of the long run, and a short one; <c>dotnet run -- soak</c> goes on for as long as one likes.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const long MiB = 1 << 20;

    [Fact]
    public void Rule_SamplesThatStayAndOneThatIsFarOff_IsFlat() =>
        Result(minute => 200 * MiB + ((minute * 7 % 5) * MiB), minute => minute == 25 ? 900 : 120 + (minute % 3)).MustBeFlat();

    [Fact]
    public void Rule_GrowthInTheFirstHalfOnly_IsFlat() => Result(minute => Math.Min(minute, 15) * 20 * MiB, _ => 120).MustBeFlat();

    [Fact]
    public void Rule_MemoryThatGrowsTwoMegabytesAMinute_IsNotFlat()
    {
        var refused = Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Result(minute => (200 + (minute * 2)) * MiB, _ => 120).MustBeFlat());
        Assert.Contains("resident MiB of replica-1 grew by 30, allowed are 24.5", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rule_OneHandleAMinute_IsNotFlat()
    {
        var refused = Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Result(_ => 200 * MiB, minute => 40 + minute).MustBeFlat());
        Assert.Contains("handles of replica-1 grew by 15, allowed are 12", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneShortRound_WithARestart_IsSoundAndLeavesNothingBehind()
    {
        using var folder = new TestFolder();
        using var told = new StringWriter();
        try
        {
            var plan = new SoakPlan(TimeSpan.Zero, 100, 1, folder.Path)
            {
                Replicas = 3,
                Roamers = 6,
                Round = TimeSpan.FromSeconds(3),
                SampleEvery = TimeSpan.FromMilliseconds(250),
            };
            var result = await SoakRun.RunAsync(plan, told);
            SoakCommand.Tell(result, told);
            Assert.Equal((1, 1), (result.Rounds, result.Restarts));
            Assert.True(result.Written > 100, $"{result.Written} writes were acknowledged.");
            Assert.All(Enumerable.Range(1, 3), number => Assert.Contains(result.Samples, sample => sample.Replica == $"replica-{number}" && sample is { ResidentBytes: > 10 * MiB, DiskBytes: > 0, Handles: > 10, Threads: > 5 }));
            Assert.Contains("<polyline", SoakChart.Draw(result), StringComparison.Ordinal);
        }
        finally
        {
            output.WriteLine(told.ToString());
        }
    }

    private static SoakResult Result(Func<int, long> resident, Func<int, int> handles) => new(
        TimeSpan.FromMinutes(30),
        [.. Enumerable.Range(1, 30).Select(minute => new Sample(TimeSpan.FromMinutes(minute), "replica-1", 1, resident(minute), 60 * MiB, handles(minute), 30, 20 * MiB))],
        Rounds: 10, Restarts: 10, Answered: 1, Written: 1, Checked: 1, Promised: 1);
}
