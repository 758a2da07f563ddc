using ReplicatedDs.Cli.ShiViz;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Cli.Tests.ShiViz;

public class ShiVizLogTests
{
    /// <summary>An answer overtakes its question on the way to the third replica.</summary>
    private static readonly EventView[] Overtaken =
    [
        Event(1, 0, "Write", "1#1", "x"),
        Event(2, 4_100, "Apply", "1#1", "x"),
        Event(2, 10_000, "Read", "1#1", "x"),
        Event(2, 12_000, "Write", "2#1", "y") with { Deps = new Dictionary<string, long> { ["1"] = 1 } },
        Event(3, 16_000, "Buffer", "2#1", "y") with { Missing = ["1#1"], WouldBeVisible = true },
        Event(3, 20_000, "Read", null, "y"),
        Event(3, 812_000, "Apply", "1#1", "x"),
        Event(3, 812_200, "Apply", "2#1", "y") with { Missing = ["1#1"] },
        Event(3, 900_000, "Read", "2#1", "y"),
    ];

    [Fact]
    public void Write_TheOvertakenQuestion_GivesTheThreeArrows()
    {
        var graph = Assert.Single(ShiVizGraph.Read(Log(Overtaken)));

        Assert.Equal("as it ran", graph.Label);
        Assert.Equal(
            ["r1:1->r2:1", "r1:1->r3:3", "r2:3->r3:4"],
            graph.Arrows().Select(arrow => $"{arrow.From.Host}:{arrow.From.Number}->{arrow.To.Host}:{arrow.To.Number}").Order());
        Assert.Equal("BUFFER y (r2#1): waiting for r1#1", graph.Events.Single(one => one.Field("type") == "BUFFER").Text);
        Assert.Equal(("y", "r2#1"), (graph.Events[^1].Field("key"), graph.Events[^1].Field("dot")));
    }

    [Fact]
    public void Write_TheGoldenLines()
    {
        var lines = Log(Overtaken).Split('\n');

        Assert.Equal(@"(?<time>\S*) (?<host>\S*) (?<type>\w*) key=(?<key>\S*) dot=(?<dot>\S*) trace=(?<traceid>\S*) (?<clock>{.*}) (?<event>.*)", lines[0]);
        Assert.Equal("=== (?<trace>.*) ===", lines[1]);
        Assert.Equal("=== as it ran ===", lines[2]);
        Assert.Equal("""2026-01-01T10:00:00.000000Z r1 WRITE key=x dot=r1#1 trace=- {"r1":1} WRITE x (r1#1)""", lines[3]);
        Assert.Equal("""2026-01-01T10:00:00.012000Z r2 WRITE key=y dot=r2#1 trace=- {"r1":1,"r2":3} WRITE y (r2#1, needs r1#1)""", lines[6]);
        Assert.Equal("""2026-01-01T10:00:00.016000Z r3 BUFFER key=y dot=r2#1 trace=- {"r3":1} BUFFER y (r2#1): waiting for r1#1""", lines[7]);
        Assert.Equal("""2026-01-01T10:00:00.812200Z r3 APPLY key=y dot=r2#1 trace=- {"r1":1,"r2":3,"r3":4} APPLY y (r2#1)""", lines[10]);
    }

    [Fact]
    public void Write_TheCounterfactual_ShowsTheViolationAndLosesTheLateArrow()
    {
        var log = new StringWriter();
        ShiVizLog.Write(log, [("as it ran", ShiVizEvents.AsItRan(Overtaken)), ("counterfactual", ShiVizEvents.Counterfactual(Overtaken))]);

        var graph = ShiVizGraph.Read(log.ToString())[1];

        Assert.Equal(["r1:1->r2:1", "r2:3->r3:1"], graph.Arrows().Select(arrow => $"{arrow.From.Host}:{arrow.From.Number}->{arrow.To.Host}:{arrow.To.Number}").Order());
        Assert.Equal(
            [
                "APPLY y (r2#1) BEFORE its cause r1#1",
                "READ y -> r2#1 BEFORE its cause",
                "APPLY x (r1#1) too late",
                "READ y -> r2#1",
            ],
            graph.Events.Where(one => one.Host == "r3").Select(one => one.Text));
    }

    [Fact]
    public void Counterfactual_WhereNothingWaited_IsEmpty() => Assert.Empty(ShiVizEvents.Counterfactual(Overtaken[..4]));

    [Fact]
    public void WritePlain_IsReadByTheDefaultParser()
    {
        var log = new StringWriter();
        ShiVizLog.WritePlain(log, ShiVizEvents.AsItRan(Overtaken));

        Assert.Equal(Overtaken.Length, Assert.Single(ShiVizGraph.Read(log.ToString())).Events.Count);
    }

    [Fact]
    public void Write_AnApplyWhoseWriteIsOlderThanTheLog_SaysSo()
    {
        var graph = Assert.Single(ShiVizGraph.Read(Log(Overtaken[4..])));

        Assert.Empty(graph.Arrows());
        Assert.Equal("APPLY x (r1#1) [cause before this log]", graph.Events.First(one => one.Field("type") == "APPLY").Text);
    }

    [Theory]
    [InlineData("with blank", "with%20blank")]
    [InlineData("line\nbreak", "line%0Abreak")]
    [InlineData("100%", "100%25")]
    [InlineData("{\"r1\":9} x", "{\"r1\":9}%20x")]
    [InlineData("tab\there", "tab%09here")]
    [InlineData("\u2028", "%E2%80%A8")]
    public void Write_AnyKey_StaysOneFieldOfOneLine(string key, string field)
    {
        var graph = Assert.Single(ShiVizGraph.Read(Log([Event(1, 0, "Write", "1#1", key), Event(2, 1, "Apply", "1#1", key)])));

        Assert.Equal(2, graph.Events.Count);
        Assert.All(graph.Events, one => Assert.Equal(field, one.Field("key")));
        Assert.Single(graph.Arrows());
    }

    /// <summary>Random runs, windows and keys: whatever is exported, ShiViz takes it, and every apply has its arrow.</summary>
    [Fact]
    public void Write_RandomRuns_AreAlwaysValid()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var events = RandomRun(new Random(seed));
            var graph = ReadOrFail(seed, Log(events));
            foreach (var apply in graph.Events.Where(one => one.Field("type") == "APPLY"))
            {
                var write = graph.Events.Single(one => one.Field("type") == "WRITE" && one.Field("dot") == apply.Field("dot"));
                Assert.True(ShiVizGraph.Precedes(write, apply), $"Seed {seed}: {write} is not before {apply}.");
            }

            ReadOrFail(seed, Log(events[new Random(seed).Next(events.Length)..]));
        }
    }

    internal static EventView Event(int replica, long microseconds, string kind, string? dot, params string[] keys) => new(
        1, new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000 + microseconds, replica, null, kind, dot, keys, new Dictionary<string, long>(), [], false, null);

    private static ShiVizGraph ReadOrFail(int seed, string log)
    {
        try
        {
            return Assert.Single(ShiVizGraph.Read(log));
        }
        catch (FormatException exception)
        {
            Assert.Fail($"Seed {seed}: {exception.Message}\n{log}");
            throw;
        }
    }

    private static string Log(IEnumerable<EventView> events)
    {
        var log = new StringWriter();
        ShiVizLog.Write(log, [("as it ran", ShiVizEvents.AsItRan(events))]);
        return log.ToString();
    }

    /// <summary>Replicas that write, and apply what others wrote in each origin's order.</summary>
    private static EventView[] RandomRun(Random random)
    {
        var replicas = random.Next(2, 6);
        var written = new int[replicas + 1];
        var applied = new int[replicas + 1, replicas + 1];
        var events = new List<EventView>();
        for (var step = 0; step < 60; step++)
        {
            var (at, from) = (random.Next(1, replicas + 1), random.Next(1, replicas + 1));
            if (at == from || applied[at, from] == written[from])
            {
                events.Add(Event(at, step, "Write", $"{at}#{++written[at]}", $"k {random.Next(3)}"));
            }
            else if (random.Next(4) == 0)
            {
                events.Add(Event(at, step, "Buffer", $"{from}#{written[from]}", "k") with { Missing = [$"{from}#{applied[at, from] + 1}"] });
            }
            else
            {
                events.Add(Event(at, step, "Apply", $"{from}#{++applied[at, from]}", "k"));
            }
        }

        return [.. events];
    }
}
