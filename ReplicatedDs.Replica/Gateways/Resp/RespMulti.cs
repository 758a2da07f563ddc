namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>The commands of a MULTI that was begun.</summary>
internal sealed class RespMulti
{
    private const int CommandsMax = 1024;
    private const long BytesMax = RespDecoder.CommandBytesMax;

    private readonly List<(RespCommand Command, byte[][] Words)> _commands = [];
    private long _bytes;

    public IReadOnlyList<(RespCommand Command, byte[][] Words)> Commands => _commands;

    /// <summary>Whether a command was refused: EXEC then does nothing.</summary>
    public bool IsBroken { get; set; }

    /// <exception cref="RespException">It cannot be part of a transaction, or that is full.</exception>
    public void Add(RespCommand command, byte[][] words)
    {
        if (!command.IsQueued)
        {
            throw new RespException($"ERR {command.Name} cannot be part of a transaction here");
        }

        _bytes += words.Sum(word => (long)word.Length);
        if (_commands.Count == CommandsMax || _bytes > BytesMax)
        {
            throw new RespException($"ERR a transaction takes at most {CommandsMax} commands and {BytesMax} bytes");
        }

        _commands.Add((command, words));
    }
}
