namespace ReplicatedDs.Orchestration.Tests;

/// <summary>The processes of one project count as one session for the scheduler, however many there are.</summary>
public class ProcessorShareTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 5)]
    [InlineData(6, 9)]
    public async Task Sessions_OfOneProject_AreNicer_TheMoreThereAre(int processes, int niceness)
    {
        if (!File.Exists("/proc/self/autogroup"))
        {
            return; // Linux without that feature, or another system
        }

        await using var harness = new Harness();
        var services = Enumerable.Range(1, processes).Select(n => harness.AddService($"service-{n}")).ToList();
        var own = await File.ReadAllTextAsync("/proc/self/autogroup");

        await harness.StartAsync();

        foreach (var service in services)
        {
            await harness.HealthyAsync(service.Resource);
            await NiceAsync(harness.Pid(service.Resource), niceness);
        }

        // Those that remain have more for each.
        await Task.WhenAll(services.Skip(1).Select(service => harness.CommandAsync(service.Resource, KnownResourceCommands.StopCommand)));
        await NiceAsync(harness.Pid(services[0].Resource), 0);

        Assert.Equal(own, await File.ReadAllTextAsync("/proc/self/autogroup"));

        static Task NiceAsync(int process, int niceness)
        {
            var file = $"/proc/{process}/autogroup";
            return Eventually.TrueAsync(() => File.ReadAllText(file).EndsWith($"nice {niceness}\n", StringComparison.Ordinal), $"nice {niceness}", () => File.ReadAllText(file));
        }
    }
}
