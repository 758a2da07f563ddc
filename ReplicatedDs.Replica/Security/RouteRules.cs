using System.Collections.Frozen;
using static ReplicatedDs.Replica.Security.RouteAccess;

namespace ReplicatedDs.Replica.Security;

/// <summary>
/// The one table of rules: a route that is not in it is refused, and a test fails if one is mapped without a rule.
/// </summary>
public static class RouteRules
{
    public static readonly IReadOnlyList<RouteRule> All =
    [
        new("GET", "/kv/{key}", Read),
        new("HEAD", "/kv/{key}", Read),
        new("PUT", "/kv/{key}", Change, BodyBytesMax: null),
        new("DELETE", "/kv/{key}", Change),
        new("POST", "/kv/{key}/increment", Change),
        new("GET", "/kv/{key}/members", Read),
        new("POST", "/kv/{key}/members", Change),
        new("DELETE", "/kv/{key}/members/{member}", Change),
        new("GET", "/kv/{key}/replicas", Read),
        new("GET", "/kv/{key}/why", Read),
        new("GET", "/kv", Read),
        new("GET", "/watch", Read),
        new("POST", "/transactions", Change, BodyBytesMax: null),
        new("POST", "/snapshot", Change, BodyBytesMax: null),

        new("GET", "/clock", Read),
        new("GET", "/pending", Read),
        new("GET", "/pending/{dot}/why", Read),
        new("GET", "/stable", Read),
        new("GET", "/members", Read),
        new("GET", "/status", Read),
        new("GET", "/events", Read),
        new("GET", "/health", Open),
        new("GET", "/alive", Open),
        new("GET", "/metrics", Read),
        new("GET", "/openapi/{documentName}.json", Read),

        new("POST", "/admin/leave", Operator),
        new("POST", "/admin/evict/{id:int:min(1)}", Operator),
        new("POST", "/admin/crash", Operator),
        new("GET", "/admin/snapshot", Operator),
        new("GET", "/admin/links", Operator, IsLab: true),
        new("PUT", "/admin/links/{peerId}", Operator, IsLab: true, BodyBytesMax: null),
        new("POST", "/admin/links/{peerId}/release", Operator, IsLab: true),
        new("DELETE", "/admin/links", Operator, IsLab: true),
        new("POST", "/admin/guests", Operator, IsLab: true),
        new("POST", "/replication/updates", Change, IsLab: true, BodyBytesMax: null),

        new("POST", "/replication/stream", Peer, BodyBytesMax: null),
        new("GET", "/replication/cluster", Peer),
        new("GET", "/replication/departed/{cluster}/{replica:int:min(1)}/{incarnation}", Peer),
        new("POST", "/replication/join", Peer),
        new("GET", "/replication/snapshot", Peer),
        new("GET", "/replication/update/{replica:int:min(1)}/{counter:long:min(1)}", Peer),
    ];

    private static readonly FrozenDictionary<(string Method, string Pattern), RouteRule> ByRoute =
        All.ToFrozenDictionary(rule => (rule.Method, rule.Pattern));

    public static RouteRule? Find(string method, string pattern) => ByRoute.GetValueOrDefault((method, pattern));
}
