using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Tests.StandIn;

namespace ReplicatedDs.Client.Tests.Calls;

public class FailoverTests
{
    private static readonly string First = Tokens.Of((1, 3));
    private static readonly string Second = Tokens.Of((1, 3), (2, 17));

    [Fact]
    public async Task Set_WhenAReplicaIsGone_GoesToTheNextWithTheSession()
    {
        await using var next = await StandInReplica.StartAsync((_, context) => Answers.WrittenAsync(context, "k", "2#17", Second));
        using var client = Clients.Of(await StandInReplica.NobodyAsync(), next.Address);
        await using var session = client.StartSession(First);

        var written = await session.SetAsync("k", "v");

        Assert.Equal(new Dot(2, 17), written.Dot);
        Assert.Equal(VectorClock.Of((1, 4), (2, 17)), written.Clock);
        Assert.Equal(First, Assert.Single(next.Seen).Token);
        Assert.Equal(Second, session.Token);
    }

    [Theory]
    [InlineData(503, "not-ready")]
    [InlineData(503, "overloaded")]
    [InlineData(507, "storage-full")]
    [InlineData(410, "evicted")]
    [InlineData(500, "internal")]
    public async Task Set_WhenAReplicaCannotServe_GoesToTheNextUnderTheSameIdempotencyKey(int status, string name)
    {
        await using var first = await StandInReplica.StartAsync((_, context) => Answers.ProblemAsync(context, status, name));
        await using var next = await StandInReplica.StartAsync();
        using var client = Clients.Of(first.Address, next.Address);
        await using var session = client.StartSession();

        await session.SetAsync("k", "v");

        var tried = Assert.Single(first.Seen);
        Assert.NotNull(tried.IdempotencyKey);
        Assert.Equal(tried.IdempotencyKey, Assert.Single(next.Seen).IdempotencyKey);
    }

    [Fact]
    public async Task Sets_EachHaveAnIdempotencyKeyOfTheirOwn()
    {
        await using var replica = await StandInReplica.StartAsync();
        using var client = Clients.Of(replica.Address);
        await using var session = client.StartSession();

        await session.SetAsync("k", "v");
        await session.SetAsync("k", "v");

        Assert.Equal(2, replica.Seen.Select(request => request.IdempotencyKey).Distinct().Count());
    }

    [Fact]
    public async Task Set_WhenTheAnswerIsLost_IsRepeatedUnderTheSameIdempotencyKey()
    {
        var count = 0;
        await using var replica = await StandInReplica.StartAsync((_, context) =>
        {
            if (Interlocked.Increment(ref count) == 1)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return Answers.WrittenAsync(context, "k", "1#1");
        });
        using var client = Clients.Of(replica.Address);
        await using var session = client.StartSession();

        await session.SetAsync("k", "v");

        Assert.Equal(2, replica.Seen.Count);
        Assert.Single(replica.Seen.Select(request => request.IdempotencyKey).Distinct());
    }

    /// <summary>
    /// The replica takes the write on a connection that was used before, and dies. Nothing came back and nobody listens any more, which is not the same as never
    /// having been sent.
    /// </summary>
    [Fact]
    public async Task Delete_WhenTheReplicaDiesWithIt_SaysThatItMayHaveHappened()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = Clients.Of(options => options.AttemptsMax = 1, new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        await using var session = client.StartSession();
        var reading = session.GetAsync("k");
        using var connection = await listener.AcceptTcpClientAsync();
        using var reader = new StreamReader(connection.GetStream());
        await HeadAsync(reader);
        const string Absent = """{"type":"urn:replicated-ds:no-such-key","title":"Absent","status":404,"detail":"It has no value."}""";
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\nContent-Length: {Absent.Length}\r\n\r\n{Absent}"));
        Assert.Null(await reading);

        var deleting = session.DeleteAsync("k");
        await HeadAsync(reader);
        listener.Stop();
        connection.Close();
        Assert.True((await Assert.ThrowsAsync<ReplicasUnavailableException>(() => deleting)).MayHaveHappened);

        static async Task HeadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
            }
        }
    }

    [Fact]
    public async Task Set_WhenNoAnswerEverComes_SaysThatItMayHaveHappened()
    {
        await using var replica = await StandInReplica.StartAsync((_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var client = Clients.Of(options => options.AttemptsMax = 3, replica.Address);
        await using var session = client.StartSession();

        var failure = await Assert.ThrowsAsync<ReplicasUnavailableException>(() => session.SetAsync("k", "v"));

        Assert.True(failure.MayHaveHappened);
        Assert.Equal(3, replica.Seen.Count);
    }

    [Fact]
    public async Task Get_WhenNoAnswerEverComes_SaysThatNothingHappened()
    {
        await using var replica = await StandInReplica.StartAsync((_, context) =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        using var client = Clients.Of(options => options.AttemptsMax = 2, replica.Address);
        await using var session = client.StartSession();

        Assert.False((await Assert.ThrowsAsync<ReplicasUnavailableException>(() => session.GetAsync("k"))).MayHaveHappened);
    }

    [Fact]
    public async Task Set_WhenNobodyListens_SaysThatNothingHappened()
    {
        using var client = Clients.Of(options => options.AttemptsMax = 2, await StandInReplica.NobodyAsync());
        await using var session = client.StartSession();

        Assert.False((await Assert.ThrowsAsync<ReplicasUnavailableException>(() => session.SetAsync("k", "v"))).MayHaveHappened);
    }

    [Theory]
    [InlineData(400, "bad-token")]
    [InlineData(413, "too-large")]
    [InlineData(410, "history-lost")]
    public async Task Set_WhenItIsRefusedForGood_AsksNobodyElse(int status, string name)
    {
        await using var first = await StandInReplica.StartAsync((_, context) => Answers.ProblemAsync(context, status, name));
        await using var next = await StandInReplica.StartAsync();
        using var client = Clients.Of(first.Address, next.Address);
        await using var session = client.StartSession();

        var refusal = await Assert.ThrowsAsync<ReplicaRefusedException>(() => session.SetAsync("k", "v"));

        Assert.Equal(name, refusal.Name);
        Assert.Equal(status, (int)refusal.Status);
        Assert.Equal($"The sentence of {name}.", refusal.Message);
        Assert.Single(first.Seen);
        Assert.Empty(next.Seen);
    }

    [Fact]
    public async Task Get_WhenAReplicaIsBehindTheSession_AsksTheOthersWithoutWaiting()
    {
        await using var behind = await StandInReplica.StartAsync((_, context) => Answers.BehindAsync(context, "1#3"));
        await using var next = await StandInReplica.StartAsync((_, context) => Answers.ValueAsync(context, "v", token: Second));
        using var client = Clients.Of(options => options.CausalTimeout = TimeSpan.FromMilliseconds(1234), behind.Address, next.Address);
        await using var session = client.StartSession(First);

        Assert.Equal("v", await session.GetStringAsync("k"));

        Assert.Equal("1234", Assert.Single(behind.Seen).Header("Causal-Timeout"));
        Assert.Equal("0", Assert.Single(next.Seen).Header("Causal-Timeout"));
        Assert.Equal(First, next.Seen[0].Token);
    }

    [Fact]
    public async Task Get_WhenAllAreBehindTheSession_NamesWhatIsMissing()
    {
        await using var one = await StandInReplica.StartAsync((_, context) => Answers.BehindAsync(context, "1#3", "2#4"));
        await using var other = await StandInReplica.StartAsync((_, context) => Answers.BehindAsync(context, "2#4"));
        using var client = Clients.Of(one.Address, other.Address);
        await using var session = client.StartSession(First);

        var failure = await Assert.ThrowsAsync<CausalTimeoutException>(() => session.GetAsync("k"));

        Assert.Equal([new Dot(1, 3), new Dot(2, 4)], failure.Missing);
        Assert.Single(one.Seen);
        Assert.Single(other.Seen);
        Assert.Equal(First, session.Token);
    }

    [Fact]
    public async Task Get_WhenAReplicaNeverAnswers_GoesToTheNext()
    {
        await using var frozen = await StandInReplica.StartAsync((_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var next = await StandInReplica.StartAsync((_, context) => Answers.ValueAsync(context, "v"));
        using var client = Clients.Of(
            options =>
            {
                options.AttemptTimeout = TimeSpan.FromMilliseconds(200);
                options.CausalTimeout = TimeSpan.Zero;
            },
            frozen.Address,
            next.Address);
        await using var session = client.StartSession();

        // The loaded machine may need more than one round; in the end the one that answers does.
        Assert.Equal("v", await session.GetStringAsync("k"));
        Assert.NotEmpty(frozen.Seen);
    }

    [Fact]
    public async Task Get_WhenTheDeadlinePasses_Ends()
    {
        await using var frozen = await StandInReplica.StartAsync((_, context) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var client = Clients.Of(options => options.Deadline = TimeSpan.FromMilliseconds(300), frozen.Address);
        await using var session = client.StartSession();
        var started = Stopwatch.GetTimestamp();

        var failure = await Assert.ThrowsAsync<ReplicasUnavailableException>(() => session.GetAsync("k"));

        Assert.Contains("within 0.3 s", failure.Message, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public async Task Get_WhenItIsCancelled_IsCancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await using var frozen = await StandInReplica.StartAsync(async (_, context) =>
        {
            await cancelled.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var client = Clients.Of(frozen.Address);
        await using var session = client.StartSession();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.GetAsync("k", cancelled.Token));
    }

    [Fact]
    public async Task Gets_WhenAReplicaDidNotAnswer_PassItOver()
    {
        await using var first = await StandInReplica.StartAsync((_, context) => Answers.ProblemAsync(context, 503, "not-ready"));
        await using var next = await StandInReplica.StartAsync((_, context) => Answers.ValueAsync(context, "v"));
        using var client = Clients.Of(first.Address, next.Address);
        await using var session = client.StartSession();

        await session.GetAsync("k");
        await session.GetAsync("k"); // at once: the first one still rests

        Assert.Single(first.Seen);
        Assert.Equal(2, next.Seen.Count);
    }

    [Fact]
    public async Task Gets_WhenTheyRotate_GoToEachReplicaInTurn()
    {
        await using var one = await StandInReplica.StartAsync((_, context) => Answers.ValueAsync(context, "v"));
        await using var other = await StandInReplica.StartAsync((_, context) => Answers.ValueAsync(context, "v"));
        using var client = Clients.Of(options => options.Order = ReplicaOrder.Rotate, one.Address, other.Address);
        await using var session = client.StartSession();

        for (var i = 0; i < 4; i++)
        {
            await session.GetAsync("k");
        }

        Assert.Equal(2, one.Seen.Count);
        Assert.Equal(2, other.Seen.Count);
    }

    [Fact]
    public async Task Sessions_WhenTheySpread_StayEachAtOneReplica()
    {
        await using var one = await StandInReplica.StartAsync((_, context) => Answers.ValueAsync(context, "v"));
        await using var other = await StandInReplica.StartAsync((_, context) => Answers.ValueAsync(context, "v"));
        using var client = Clients.Of(options => options.Order = ReplicaOrder.Spread, one.Address, other.Address);
        await using var first = client.StartSession();
        await using var second = client.StartSession();

        await first.GetAsync("first");
        await second.GetAsync("second");
        await first.GetAsync("first");

        Assert.All(one.Seen, request => Assert.Equal("/kv/first", request.Target));
        Assert.Equal("/kv/second", Assert.Single(other.Seen).Target);
        Assert.Equal(2, one.Seen.Count);
    }
}
