namespace ReplicatedDs.Replica.Replication;

/// <summary>The answer to <c>GET /replication/cluster</c>: who this is and what a joiner or founder must know.</summary>
/// <param name="HighestId">The largest id that this replica knows to have been used.</param>
internal sealed record ClusterDescription(string ClusterId, int Id, bool IsActive, int HighestId);

/// <summary>The answer to <c>GET /replication/departed/{id}</c>.</summary>
/// <param name="HasEverybody">Whether all members have all updates of that replica, which has left.</param>
internal sealed record DepartedAnswer(bool HasEverybody);

/// <summary>The body of <c>POST /replication/join</c>.</summary>
internal sealed record JoinBody(string ClusterId, int Id, string Incarnation, string Name, string Http, string Peer);

/// <summary>The answer to a join: the update that admits the joiner, which its snapshot must contain.</summary>
internal sealed record JoinAnswer(string Dot);
