using System.Net;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>Where a replica can be reached, if one lives there. Places keep their addresses for as long as the AppHost lives.</summary>
internal sealed record Place(int Number, string Name, Uri Http, IPEndPoint Resp);
