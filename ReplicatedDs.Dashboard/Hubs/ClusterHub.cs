using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace ReplicatedDs.Dashboard.Hubs;

/// <summary>
/// The live feed of the cluster, <c>/hubs/cluster</c>. A browser that connects gets the message <c>view</c> (a
/// <see cref="Views.ClusterView"/>) at once and whenever the picture changes, and <c>events</c> (an
/// <see cref="Collector.EventBatch"/>), beginning with the last hundred, unless it connected
/// with <c>?events=false</c>. It sends nothing.
/// </summary>
[Authorize]
internal sealed class ClusterHub(ViewerRegistry viewers) : Hub
{
    public override Task OnConnectedAsync()
    {
        viewers.Add(Context.ConnectionId, Context.GetHttpContext()?.Request.Query["events"].ToString() is not "false", Context.ConnectionAborted);
        return base.OnConnectedAsync();
    }
}
