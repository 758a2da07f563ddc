namespace ReplicatedDs.Replica.Security;

/// <summary>Who may make a call, and what is checked.</summary>
public enum RouteAccess
{
    /// <summary>Reads: the Host header is checked. Browsers keep the answer from pages of other origins.</summary>
    Read,

    /// <summary>Changes something for clients: also refused to web pages of other origins.</summary>
    Change,

    /// <summary>Also needs the cluster key as a bearer token.</summary>
    Operator,

    /// <summary>Between replicas, on the peer port only; never from a browser. The protocol checks who is calling.</summary>
    Peer,
}
