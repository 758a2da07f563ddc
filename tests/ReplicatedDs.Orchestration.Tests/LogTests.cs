using Aspire.Hosting.Engine;
using Microsoft.Extensions.DependencyInjection;

namespace ReplicatedDs.Orchestration.Tests;

public class LogTests
{
    [Fact]
    public async Task Log_OfAResource_KeepsItsLines_AndFollowsNewOnes()
    {
        await using var harness = new Harness();
        var service = harness.AddService("service");
        var other = harness.AddService("other");
        await harness.StartAsync();
        await harness.HealthyAsync(service.Resource);
        await harness.HealthyAsync(other.Resource);

        await harness.PostAsync(service, "/test/log?error=false&text=kept");
        Assert.False((await LineAsync(harness, service.Resource, "kept")).IsErrorMessage);
        var following = LineAsync(harness, service.Resource, "followed");
        await harness.PostAsync(other, "/test/log?error=true&text=followed-elsewhere");
        await harness.PostAsync(service, "/test/log?error=true&text=followed");

        Assert.True((await following).IsErrorMessage);
    }

    [Fact]
    public async Task Buffer_ThatIsFull_DropsTheOldestLines()
    {
        var buffer = new LogBuffer();
        for (var i = 1; i <= LogBuffer.Capacity + 5; i++)
        {
            buffer.Add($"line {i}", isError: false);
        }

        await foreach (var batch in buffer.WatchAsync())
        {
            Assert.Equal(LogBuffer.Capacity, batch.Count);
            Assert.Equal("line 6", batch[0].Content);
            Assert.Equal(LogBuffer.Capacity + 5, batch[^1].LineNumber);
            break;
        }
    }

    [Fact]
    public async Task Reader_OfAnEndlessLine_CutsIt()
    {
        var lines = new List<string>();

        await LineReader.ReadAsync(new StringReader(new string('x', LineReader.LongestLine + 3) + "\r\nnext\nlast"), lines.Add);

        Assert.Equal([LineReader.LongestLine, 3, 4, 4], lines.Select(line => line.Length));
    }

    [Fact]
    public void Console_ShowsErrorsAndWarnings_UnderTheResourcesName_AndNotAFlood()
    {
        var console = new StringWriter();
        var before = Console.Error;
        Console.SetError(console);
        try
        {
            var output = new ResourceOutput("replica-1", new LogBuffer(), TimeProvider.System);
            output.Write("info: all is well", isError: false);
            output.Write("warn: Storage[3] slow", isError: false);
            for (var i = 0; i < 1000; i++)
            {
                output.Write($"error {i}", isError: true);
            }
        }
        finally
        {
            Console.SetError(before);
        }

        var lines = console.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(ResourceOutput.Burst, lines.Length);
        Assert.Equal("[replica-1] warn: Storage[3] slow", lines[0]);
        Assert.Equal("[replica-1] error 0", lines[1]);
        Assert.Contains("in its log", lines[^1]);
    }

    internal static async Task<LogLine> LineAsync(Harness harness, IResource resource, string content)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<string>();
        try
        {
            await foreach (var batch in harness.App.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(resource).WithCancellation(deadline.Token))
            {
                foreach (var line in batch)
                {
                    seen.Add(line.Content);
                    if (line.Content == content)
                    {
                        return line;
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Said below.
        }

        throw new TimeoutException($"{resource.Name} did not write '{content}' but: {string.Join(" | ", seen)}");
    }
}
