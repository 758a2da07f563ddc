using System.Net.ServerSentEvents;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Tests.Collector;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Reached_CountsWhatIsNotTold()
    {
        const string Feed =
            """
            : events of this replica

            id: 5
            data: {"n":5,"t":1,"replica":1,"kind":"Read"}

            : still here
            id: 9000


            """;
        var parser = new EventParser();
        using var response = new HttpResponseMessage();
        using var stream = new EventStream(response, SseParser.Create(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Feed)), (_, data) => parser.Parse(data)));
        Assert.Equal(0, stream.Reached);
        var told = new List<EventView>();
        await foreach (var one in stream.ReadAsync(default))
        {
            told.Add(one);
        }

        Assert.Equal(5, Assert.Single(told).N);
        Assert.Equal(9_000, stream.Reached);
    }
}
