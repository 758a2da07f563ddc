namespace ReplicatedDs.Client;

/// <summary>Which replica a session asks. Whatever the order, one that does not answer is passed over for a while, and the session goes along.</summary>
public enum ReplicaOrder
{
    /// <summary>The first one of the list that answers: list the nearest first.</summary>
    Listed,

    /// <summary>Each session stays at one replica; sessions are spread over all.</summary>
    Spread,

    /// <summary>Every call goes to the next replica.</summary>
    Rotate,
}
