using System.Net.ServerSentEvents;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Tests.Collector;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Reached_CountsWhatIsNotTold()
    {
        // Whether an event belongs to the last number shows only when it is whole: it is asked for again.
        var (told, reached) = await ReadAsync(
            """
            : events of this replica

            id: 5
            data: {"n":5,"t":1,"replica":1,"kind":"Read"}

            : still here
            id: 9000


            """);
        Assert.Equal(5, Assert.Single(told).N);
        Assert.Equal(8_999, reached);
    }

    [Theory]
    [InlineData("")]
    [InlineData("id: 6\n")]
    [InlineData("id: 6\ndata: {\"n\":6,\"t\":1,\"repl")]
    [InlineData("id: 6\ndata: {\"n\":6,\"t\":1,\"replica\":1,\"kind\":\"Apply\"}\n")]
    public async Task Reached_WhereItIsCutInsideAnEvent_IsTheOneBefore(string cut)
    {
        var (told, reached) = await ReadAsync("id: 5\ndata: {\"n\":5,\"t\":1,\"replica\":1,\"kind\":\"Read\"}\n\n" + cut);
        Assert.Equal(5, Assert.Single(told).N);
        Assert.Equal(5, reached);
    }

    [Fact]
    public async Task Reached_OfNothing_IsNone() => Assert.Equal(0, (await ReadAsync(": events of this replica\n\n")).Reached);

    private static async Task<(List<EventView> Told, long Reached)> ReadAsync(string feed)
    {
        var parser = new EventParser();
        using var response = new HttpResponseMessage();
        using var stream = new EventStream(response, SseParser.Create(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(feed)), (_, data) => parser.Parse(data)));
        var told = new List<EventView>();
        await foreach (var one in stream.ReadAsync(default))
        {
            told.Add(one);
        }

        return (told, stream.Reached);
    }
}
