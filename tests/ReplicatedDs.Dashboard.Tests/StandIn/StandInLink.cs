using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Dashboard.Tests.StandIn;

/// <summary>One directed link of a stand-in replica and what waits on it.</summary>
internal sealed class StandInLink
{
    public string Mode { get; set; } = "ok";

    /// <summary>What was asked for last. Of a delayed or dropping link nothing gets through here until it is healed.</summary>
    public LinkRequest Fault { get; set; } = new("ok");

    public DateTimeOffset? ExpiresAt { get; set; }

    public Queue<StandInUpdate> Queue { get; } = new();
}

internal sealed record StandInUpdate(Dot Dot, VectorClock Dependencies, string Key, byte[]? Value, string ContentType);
