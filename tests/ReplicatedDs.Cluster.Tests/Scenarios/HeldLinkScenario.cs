using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Scenarios;

/// <summary>
/// The scenario that a store without causal delivery gets wrong: x is written at 1, y at 2 after reading x there, and the link from 1 to 3
/// is held, so that y reaches 3 before x.
/// </summary>
internal sealed class HeldLinkScenario(TestCluster cluster, string suffix)
{
    private readonly string _x = "x" + suffix;
    private readonly string _y = "y" + suffix;

    /// <summary>Plays the scenario and checks what replica 3 shows before and after the link is healed.</summary>
    /// <exception cref="XunitException">Something was shown before its cause, or anything else went wrong.</exception>
    public async Task RunAsync()
    {
        var (one, two, three) = (cluster[1], cluster[2], cluster[3]);
        await cluster.SettledAsync();
        await one.HoldAsync(cluster.IdOf(3));
        try
        {
            var (x, writersToken) = await one.WriteAsync(_x, "the cause");
            var readX = (await two.GetAsync(_x, writersToken)).Expect(HttpStatusCode.OK);
            Assert.Equal("the cause", readX.Body);
            Assert.Equal(x.Dot, readX.ETag);
            var (y, token) = await two.WriteAsync(_y, "the effect", readX.Token);
            Assert.True(ClockText.Covers(y.Clock, x.Dot), $"y's clock {ClockText.Of(y.Clock)} does not cover x, {x.Dot}");

            await WaitsAsync(three, x.Dot, y.Dot);
            await IsNotShownAsync(three, x.Dot, y.Dot, token);
            await one.HealAsync();
            await IsShownInOrderAsync(three, x.Dot, y.Dot);
        }
        finally
        {
            await one.HealAsync();
        }
    }

    private async Task WaitsAsync(ReplicaApi three, string x, string y)
    {
        // Whichever comes first: y waits, or it is applied although x is not there.
        var (pending, clock) = await Eventually.SeesAsync(
            $"{y} has arrived at {three.Name}",
            async () => (Pending: await three.PendingAsync(), Clock: await three.ClockAsync()),
            seen => seen.Pending.Count > 0 || ClockText.Covers(seen.Clock.Delivered, y));
        if (!ClockText.Covers(clock.Delivered, x) && ClockText.Covers(clock.Delivered, y))
        {
            throw new XunitException($"{three.Name} shows {y} before its cause {x}: its clock is {ClockText.Of(clock.Delivered)}");
        }

        var update = Assert.Single(pending.Updates);
        Assert.Equal(1, pending.Count);
        Assert.Equal(y, update.Dot);
        Assert.Equal([_y], update.Keys);
        Assert.Equal([x], update.Missing);
        Assert.Equal("missing-dependency", update.Reason);
    }

    private async Task IsNotShownAsync(ReplicaApi three, string x, string y, string token)
    {
        var absent = await three.GetAsync(_y);
        absent.ExpectProblem(HttpStatusCode.NotFound);
        Assert.NotNull(absent.Token);

        var late = await three.GetAsync(_y, token, timeoutMs: 300);
        var problem = late.ExpectProblem(HttpStatusCode.ServiceUnavailable, "causal-timeout");
        Assert.Contains(x, problem.GetProperty("missing").EnumerateArray().Select(dot => dot.GetString()));

        var why = await three.CallAsync(HttpMethod.Get, $"/pending/{Uri.EscapeDataString(y)}/why");
        Assert.Contains(x, why.Expect(HttpStatusCode.OK).Body, StringComparison.Ordinal);
    }

    private async Task IsShownInOrderAsync(ReplicaApi three, string x, string y)
    {
        await three.ShowsAsync(_x, "the cause");
        await three.ShowsAsync(_y, "the effect");
        var events = await three.EventsAsync(
            $"Apply of {x} and {y}", seen => new[] { x, y }.All(dot => seen.Any(e => e.Kind == "Apply" && e.Dot == dot)));
        int At(string kind, string dot) => events.TakeWhile(e => e.Kind != kind || e.Dot != dot).Count();
        Assert.True(At("Apply", x) < At("Apply", y), $"{y} was applied before {x}");
        var buffered = Assert.Single(events, e => e.Kind == "Buffer" && e.Dot == y);
        Assert.Equal([x], buffered.Missing);
        Assert.True(buffered.WouldBeVisible);
        Assert.Equal(0, (await three.PendingAsync()).Count);
    }
}
