using Microsoft.AspNetCore.Http;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Tests.StandIn;

namespace ReplicatedDs.Client.Tests.Calls;

public class WatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Watch_WhenItsReplicaGoes_GoesOnAtAnotherWhereItWas()
    {
        var position = Tokens.Of((1, 4));
        await using var first = await StandInReplica.StartAsync((_, context) => SendAsync(
            context,
            $$"""
            : hello

            id: {{position}}
            data: {"key":"user:1","type":"register","dot":"1#1","value":"Ann","encoding":"utf-8","contentType":"text/plain","siblings":1,"deleted":false}


            """)); // and the connection ends
        await using var next = await StandInReplica.StartAsync(async (_, context) =>
        {
            await SendAsync(context, "id: position-2\ndata: {\"key\":\"user:1\",\"type\":\"absent\",\"dot\":\"2#1\",\"siblings\":1,\"deleted\":true}\n\nevent: reset\nid: position-3\ndata: {}\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var client = Clients.Of(first.Address, next.Address);
        var token = Tokens.Of((1, 3));
        await using var session = client.StartSession(token);
        using var deadline = new CancellationTokenSource(Patience);

        var changes = new List<Change>();
        await foreach (var change in session.WatchAsync("user:", cancellationToken: deadline.Token))
        {
            changes.Add(change);
            if (changes.Count == 3)
            {
                break;
            }
        }

        Assert.Equal([ChangeKind.Set, ChangeKind.Deleted, ChangeKind.Reset], changes.Select(change => change.Kind));
        Assert.Equal([position, "position-2", "position-3"], changes.Select(change => change.Position));
        Assert.Equal("Ann", changes[0].Entry!.Text);
        Assert.Equal((new Dot(2, 1), null), (changes[1].Dot, changes[1].Entry));
        Assert.Equal(("/watch?prefix=user%3A", token, null), (first.Seen[0].Target, first.Seen[0].Token, first.Seen[0].Header("Last-Event-ID")));
        Assert.Equal((position, position), (next.Seen[0].Token, next.Seen[0].Header("Last-Event-ID")));
    }

    [Fact]
    public async Task Watch_ThatWasOnlyToldWhereItIs_GoesOnThere()
    {
        // An id alone, then a change whose end never arrives: neither it nor its id counts.
        await using var first = await StandInReplica.StartAsync((_, context) => SendAsync(context, "id: start\n\n: still here\n\nid: cut\ndata: {\"key\":\"k\",\"dot\":\"1#1\",\"value\":\"v\"}\n"));
        await using var next = await StandInReplica.StartAsync((_, context) => SendAsync(context, "id: end\ndata: {\"key\":\"k\",\"dot\":\"1#1\",\"value\":\"v\"}\n\n"));
        using var client = Clients.Of(first.Address, next.Address);
        await using var session = client.StartSession();
        using var deadline = new CancellationTokenSource(Patience);

        await foreach (var change in session.WatchAsync(cancellationToken: deadline.Token))
        {
            Assert.Equal(("k", "end"), (change.Key, change.Position));
            break;
        }

        Assert.Equal("start", next.Seen[0].Header("Last-Event-ID"));
    }

    [Fact]
    public async Task Watch_FromAPosition_SaysSo()
    {
        await using var replica = await StandInReplica.StartAsync((_, context) => SendAsync(context, "id: p\ndata: {\"key\":\"k\",\"dot\":\"1#1\",\"value\":\"v\"}\n\n"));
        using var client = Clients.Of(replica.Address);
        await using var session = client.StartSession();
        using var deadline = new CancellationTokenSource(Patience);

        await foreach (var change in session.WatchAsync(position: "earlier", cancellationToken: deadline.Token))
        {
            Assert.Equal("k", change.Key);
            break;
        }

        Assert.Equal("earlier", replica.Seen[0].Header("Last-Event-ID"));
    }

    [Fact]
    public async Task Watch_WhatIsRefusedForGood_Ends()
    {
        await using var replica = await StandInReplica.StartAsync((_, context) => Answers.ProblemAsync(context, 400, "bad-token"));
        using var client = Clients.Of(replica.Address);
        await using var session = client.StartSession();

        await Assert.ThrowsAsync<ReplicaRefusedException>(async () =>
        {
            await foreach (var _ in session.WatchAsync())
            {
                Assert.Fail("There is nothing to watch.");
            }
        });
    }

    [Fact]
    public async Task Watch_WhenItsSessionEnds_Ends()
    {
        await using var replica = await StandInReplica.StartAsync(async (_, context) =>
        {
            await SendAsync(context, "id: p\ndata: {\"key\":\"k\",\"dot\":\"1#1\",\"value\":\"v\"}\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var client = Clients.Of(replica.Address);
        var session = client.StartSession();
        using var deadline = new CancellationTokenSource(Patience);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in session.WatchAsync(cancellationToken: deadline.Token))
            {
                await session.DisposeAsync();
            }
        });

        Assert.False(deadline.IsCancellationRequested, "It ended only at the test's deadline.");
    }

    private static async Task SendAsync(HttpContext context, string events)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(events);
        await context.Response.Body.FlushAsync();
    }
}
