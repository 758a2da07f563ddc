using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReplicatedDs.Client.Tests.StandIn;

namespace ReplicatedDs.Client.Tests.Calls;

public class TelemetryTests
{
    [Fact]
    public async Task Operations_AreTracedAndMeasured()
    {
        var activities = new ConcurrentQueue<Activity>();
        var durations = new ConcurrentQueue<(string? Operation, string? Outcome)>();
        var failed = new ConcurrentQueue<string?>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ReplicatedDsClient.TelemetryName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activities.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == ReplicatedDsClient.TelemetryName)
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) => durations.Enqueue((Tag(tags, "operation"), Tag(tags, "outcome"))));
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => failed.Enqueue(Tag(tags, "reason")));
        meters.Start();
        await using var first = await StandInReplica.StartAsync((_, context) => Answers.ProblemAsync(context, 503, "not-ready"));
        await using var next = await StandInReplica.StartAsync();
        using var client = Clients.Of(first.Address, next.Address);
        await using var session = client.StartSession();

        await session.SetAsync("secret key", "secret value");

        var activity = Assert.Single(activities);
        Assert.Equal("set", activity.OperationName);
        Assert.Equal(next.Address.Authority, activity.GetTagItem("server.address"));
        Assert.Equal("not-ready", Assert.Single(activity.Events).Tags.Single(tag => tag.Key == "reason").Value);
        Assert.DoesNotContain(activity.TagObjects, tag => $"{tag.Value}".Contains("secret", StringComparison.Ordinal));
        Assert.Equal(("set", "ok"), Assert.Single(durations));
        Assert.Equal("not-ready", Assert.Single(failed));
    }

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var (key, value) in tags)
        {
            if (key == name)
            {
                return value?.ToString();
            }
        }

        return null;
    }
}
