using System.Collections.Frozen;

namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>All commands by name.</summary>
internal static class CommandTable
{
    private const int NameMax = 32;

    private const string NoExpiry = "a key that vanishes at a time is the effect of no write, so replicas could not agree on what depends on it; delete it instead";
    private const string NoFlush = "it would race with writes of other replicas that it has not seen; delete the keys by name";
    private const string NoRename = "it would tear a value from its history; SET the new key and DEL the old one in a MULTI";
    private const string NoPublish = "channels can be subscribed to, but nothing is published on them; watch keys over HTTP instead (GET /watch)";
    private const string NoScript = "what a script reads would have to be the same at every replica; use WATCH, MULTI and EXEC";
    private const string NoBlocking = "waiting for copies is not how a causal store works: CAUSAL.TOKEN here and CAUSAL.WAIT at another replica say the same";

    private static readonly FrozenDictionary<string, RespCommand> Commands = new[]
        {
            ConnectionCommands.All, ServerCommands.All, StringCommands.All, SetCommands.All, KeyCommands.All, TransactionCommands.All, PubSubCommands.All, CausalCommands.All,
        }
        .SelectMany(group => group)
        .ToFrozenDictionary(command => command.Name, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, RespCommand>.AlternateLookup<ReadOnlySpan<char>> ByName = Commands.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, string> Reasons = new (string Names, string Reason)[]
        {
            ("EXPIRE PEXPIRE EXPIREAT PEXPIREAT TTL PTTL EXPIRETIME PEXPIRETIME PERSIST SETEX PSETEX GETEX", NoExpiry),
            ("FLUSHALL FLUSHDB SWAPDB MOVE", NoFlush),
            ("RENAME RENAMENX COPY", NoRename),
            ("PUBLISH SPUBLISH", NoPublish),
            ("EVAL EVALSHA EVAL_RO EVALSHA_RO FCALL FCALL_RO SCRIPT FUNCTION", NoScript),
            ("WAIT WAITAOF", NoBlocking),
        }
        .SelectMany(one => one.Names.Split(' ').Select(name => KeyValuePair.Create(name, one.Reason)))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<RespCommand> All => Commands.Values.OrderBy(command => command.Name, StringComparer.Ordinal);

    public static int Count => Commands.Count;

    /// <summary>The names of commands that answer why there is no such thing here.</summary>
    public static IEnumerable<string> Refused => Reasons.Keys;

    public static RespCommand? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length > NameMax)
        {
            return null;
        }

        Span<char> text = stackalloc char[NameMax];
        for (var i = 0; i < name.Length; i++)
        {
            text[i] = (char)name[i];
        }

        return ByName.TryGetValue(text[..name.Length], out var command) ? command : null;
    }

    /// <summary>Why a command of Redis is not offered, for those where it is a matter of principle.</summary>
    public static string? WhyNot(string name) => Reasons.GetValueOrDefault(name);
}
