using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace ReplicatedDs.Dashboard.Causality;

/// <summary>
/// The space-time diagram's feed, <c>/hubs/causality</c>, on a connection of its own. The browser asks for the next frame when it has
/// drawn the last: so there is never more than one on its way, nothing is queued for anybody, and a slow viewer costs nothing.
/// </summary>
[Authorize]
internal sealed class DiagramHub(DiagramFrames frames) : Hub
{
    /// <summary>
    /// The rows after a number (0: the newest ones), at most 2,000. Answers at once if there are any, else when some come, or without
    /// any after half a second.
    /// </summary>
    /// <param name="after">The last number that the viewer has.</param>
    /// <param name="version">The version of the lanes that it has.</param>
    public Task<DiagramFrame> Next(long after, long version) => frames.NextAsync(after, version, Context.ConnectionAborted);

    /// <summary>The rows before a number, at most 2,000, for a viewer that scrolls back.</summary>
    public Task<DiagramFrame> Before(long before) => Task.FromResult(frames.Before(before));
}
