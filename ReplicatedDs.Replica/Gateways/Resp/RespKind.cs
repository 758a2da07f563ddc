namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>The types of replies.</summary>
internal enum RespKind
{
    /// <summary>A short word such as OK.</summary>
    Simple,

    /// <summary>An error; its first word is its code.</summary>
    Error,

    Integer,

    Bulk,

    /// <summary>A text for people: verbatim in RESP3, a bulk string in RESP2.</summary>
    Text,

    /// <summary>No value: a null bulk string in RESP2.</summary>
    Null,

    /// <summary>No array: what EXEC answers when it did not happen.</summary>
    NullArray,

    Array,

    /// <summary>An array in RESP2.</summary>
    Set,

    /// <summary>Keys and values in turn; an array in RESP2.</summary>
    Map,

    /// <summary>What was not asked for by a command of its own; an array in RESP2.</summary>
    Push,
}
