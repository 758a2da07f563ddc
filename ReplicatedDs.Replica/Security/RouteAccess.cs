namespace ReplicatedDs.Replica.Security;

/// <summary>Who may make a call, and what is checked.</summary>
public enum RouteAccess
{
    /// <summary>Says whether the process lives, nothing else: needs no key.</summary>
    Open,

    /// <summary>Reads; where there are keys, the role read. The Host header is checked. Browsers keep the answer from pages of other origins.</summary>
    Read,

    /// <summary>Changes something for clients; where there are keys, the role write. Also refused to web pages of other origins.</summary>
    Change,

    /// <summary>Always needs a key of the role operate, such as the cluster's, as a bearer token.</summary>
    Operator,

    /// <summary>Between replicas, on the peer port only; never from a browser. The protocol checks who is calling.</summary>
    Peer,
}
