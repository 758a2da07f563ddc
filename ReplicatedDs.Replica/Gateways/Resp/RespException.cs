namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>Ends a command with an error reply; the message starts with its code, such as <c>ERR</c>.</summary>
internal sealed class RespException(string message) : Exception(message)
{
    public const string WrongTypeText = "WRONGTYPE Operation against a key holding the wrong kind of value";
    public const string NotAnIntegerText = "ERR value is not an integer or out of range";
    public const string OverflowText = "ERR increment or decrement would overflow";

    public static RespException WrongType() => new(WrongTypeText);

    public static RespException NotAnInteger() => new(NotAnIntegerText);

    public static RespException Syntax() => new("ERR syntax error");
}
