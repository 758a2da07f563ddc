using System.Diagnostics;
using System.Globalization;
using ReplicatedDs.Simulation.Running;

namespace ReplicatedDs.Simulation.Tests;

public class SimulationTests
{
    [Fact]
    public void Seeds_WithinTheTimeGiven_KeepEveryPromise()
    {
        var seconds = Environment.GetEnvironmentVariable("SIMULATION_SECONDS") is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : 20;
        var watch = Stopwatch.StartNew();
        ulong seed = 1;
        do
        {
            var result = Running.Simulation.Run(SimulationOptions.FromSeed(seed++));
            Assert.True(!result.IsFailure, $"{result.Options}\nafter {result.StepsTaken} steps: {result.Failure}");
        }
        while (watch.Elapsed.TotalSeconds < seconds);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(42)]
    public void Trace_OfTwoRunsWithOneSeed_IsTheSame(ulong seed)
    {
        var options = SimulationOptions.FromSeed(seed);
        var first = Running.Simulation.Run(options, trace: true);
        var second = Running.Simulation.Run(options, trace: true);
        Assert.Null(first.Failure);
        Assert.NotEmpty(first.TraceHash);
        Assert.Equal(first.TraceHash, second.TraceHash);
    }

    [Fact]
    public void Trace_InAnotherProcess_IsTheSame()
    {
        // String hashes differ from process to process: what enumerates by them would show here.
        var here = Running.Simulation.Run(SimulationOptions.FromSeed(3), trace: true);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(SimulationTests).Assembly.Location, "--seed", "3"]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains($"trace hash: {here.TraceHash}", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_OfAnotherSeed_Differs()
    {
        var first = Running.Simulation.Run(SimulationOptions.FromSeed(1), trace: true);
        var second = Running.Simulation.Run(SimulationOptions.FromSeed(2), trace: true);
        Assert.NotEqual(first.TraceHash, second.TraceHash);
    }

    [Fact]
    public void Options_OfManySeeds_CoverEveryFaultAndSize()
    {
        var options = Enumerable.Range(1, 200).Select(seed => SimulationOptions.FromSeed((ulong)seed)).ToList();
        Assert.All(options, one => Assert.True(one.Faults.Count >= 4 && one.Steps >= 2000));
        Assert.Equal(Enumerable.Range(3, 5), options.Select(one => one.Replicas).Distinct().Order());
        Assert.Equal(Enum.GetValues<World.FaultKind>(), options.SelectMany(one => one.Faults).Distinct().Order());
    }
}
