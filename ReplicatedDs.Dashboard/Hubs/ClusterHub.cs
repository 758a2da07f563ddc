using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using ReplicatedDs.Dashboard.Past;

namespace ReplicatedDs.Dashboard.Hubs;

/// <summary>
/// The live feed of the cluster, <c>/hubs/cluster</c>. A browser that connects gets the message <c>view</c> (a
/// <see cref="Views.ClusterView"/>) at once and whenever the picture changes, and <c>events</c> (an
/// <see cref="Collector.EventBatch"/>), beginning with the last hundred, unless it connected
/// with <c>?events=false</c>. It sends nothing but questions about the past, one at a time.
/// </summary>
[Authorize]
internal sealed class ClusterHub(ViewerRegistry viewers, TimeMachine past) : Hub
{
    private const int EventsMax = 100;

    public override Task OnConnectedAsync()
    {
        viewers.Add(Context.ConnectionId, Context.GetHttpContext()?.Request.Query["events"].ToString() is not "false", Context.ConnectionAborted);
        return base.OnConnectedAsync();
    }

    /// <summary>The cluster behind event number <paramref name="n"/>, or the nearest that is retained; <c>null</c>: nothing is known yet.</summary>
    public Task<PastFrame?> AtEvent(long n) => Task.FromResult(past.Frame(n, EventsMax));

    /// <summary>The cluster behind the last event up to a time, in Unix microseconds.</summary>
    public Task<PastFrame?> AtTime(long t) => Task.FromResult(past.Frame(past.Find(t).N, EventsMax));

    /// <summary>The cluster at a moment by its name in an address; <c>null</c>: it is none.</summary>
    public Task<PastFrame?> AtName(string name) => Task.FromResult(past.Resolve(name) is { } moment ? past.Frame(moment.N, EventsMax) : null);

    /// <summary>How much happened when, between two times in Unix microseconds; over all that is retained if they are 0.</summary>
    public Task<Strip> Strip(long from, long to) => Task.FromResult(past.Read(from, to));
}
