using System.Globalization;
using ReplicatedDs.Cluster.Tests.Chaos;
using ReplicatedDs.Cluster.Tests.Harness;
using Xunit.Abstractions;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>One round of every fault; <c>dotnet run -- chaos</c> goes on for as long as one likes.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    /// <value>The environment variable <c>CLUSTER_TESTS_SEEDS</c> says how many, for a long run.</value>
    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("CLUSTER_TESTS_SEEDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Cluster_ThroughEveryFault_KeepsCausalityAndEveryAcknowledgedWrite(int seed)
    {
        using var folder = new TestFolder();
        using var told = new StringWriter();
        try
        {
            var result = await ChaosRun.RunAsync(new ChaosPlan(TimeSpan.Zero, seed, folder.Path), told);
            Traffic.Report.Write(result.Tally, result.AtRest, told);
            result.MustBeSound();
            Assert.True(result.Tally.Written > 500, $"Only {result.Tally.Written} writes were acknowledged.");
        }
        finally
        {
            output.WriteLine(told.ToString());
        }
    }
}
