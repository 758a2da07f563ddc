using System.Net;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>Where a replica can be reached, if one lives there. Places keep their addresses for as long as the cluster lives.</summary>
/// <param name="Key">What clients have to show there; <c>null</c>: nothing.</param>
internal sealed record Place(int Number, string Name, Uri Http, IPEndPoint Resp, string? Key = null);
