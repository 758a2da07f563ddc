namespace ReplicatedDs.Orchestration.Tests;

/// <summary>Many processes of one project count as a few for the scheduler.</summary>
public class ProcessorShareTests
{
    [Theory]
    [InlineData(3, 0)]
    [InlineData(6, 4)]
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
        await Task.WhenAll(services.Skip(3).Select(service => harness.CommandAsync(service.Resource, KnownResourceCommands.StopCommand)));
        foreach (var service in services.Take(3))
        {
            await NiceAsync(harness.Pid(service.Resource), 0);
        }

        Assert.Equal(own, await File.ReadAllTextAsync("/proc/self/autogroup"));

        static Task NiceAsync(int process, int niceness)
        {
            var file = $"/proc/{process}/autogroup";
            return Eventually.TrueAsync(() => File.ReadAllText(file).EndsWith($"nice {niceness}\n", StringComparison.Ordinal), $"nice {niceness}", () => File.ReadAllText(file));
        }
    }
}
