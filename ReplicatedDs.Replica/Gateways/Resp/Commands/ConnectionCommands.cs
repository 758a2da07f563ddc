using System.Globalization;
using System.Net;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>The connection itself.</summary>
internal static class ConnectionCommands
{
    private const int NameMax = 256;

    public static RespCommand[] All { get; } =
    [
        Command("PING", -1, "Answers.", Ping) with { IsOfSubscribers = true },
        new("ECHO", 2, "connection", "Answers with what it is given.") { Data = (_, words) => RespReply.Bulk(words[1]), IsQueued = true },
        Command("HELLO", -1, "Chooses the version of the protocol.", Hello) with { IsOfStrangers = true },
        Command("AUTH", -2, "Shows a key of the replica, as the password of whatever user.", Authenticate) with { IsOfStrangers = true },
        Command("SELECT", 2, "There is only 0.", Select),
        Command("QUIT", -1, "Closes the connection when everything was answered.", Quit) with { IsOfSubscribers = true, IsOfTransactions = true, IsOfStrangers = true },
        Command("CLIENT", -2, "ID, GETNAME, SETNAME, SETINFO and LIST.", Client),
    ];

    private static RespReply Ping(RespSession session, byte[][] words)
    {
        if (words.Length > 2)
        {
            throw new RespException("ERR wrong number of arguments for 'ping' command");
        }

        if (session is { Version: 2, Subscriptions.Count: > 0 })
        {
            return RespReply.Array(RespReply.Bulk("pong"), RespReply.Bulk(words.Length > 1 ? words[1] : default));
        }

        return words.Length > 1 ? RespReply.Bulk(words[1]) : RespReply.Simple("PONG");
    }

    private static RespReply Hello(RespSession session, byte[][] words)
    {
        var version = session.Version;
        var name = session.Name;
        var role = session.Role;
        if (words.Length > 1)
        {
            version = words[1] is [(byte)'2' or (byte)'3'] ? words[1][0] - '0' : throw new RespException("NOPROTO unsupported protocol version");
        }

        for (var i = 2; i < words.Length; i++)
        {
            if (Words.Is(words[i], "AUTH") && i + 2 < words.Length)
            {
                role = RoleOf(session, words[i + 1], words[i + 2]);
                i += 2;
            }
            else if (Words.Is(words[i], "SETNAME") && i + 1 < words.Length)
            {
                name = Checked(words[++i], "Client names");
            }
            else
            {
                throw new RespException("ERR Syntax error in HELLO option '" + Words.Text(words[i])[..Math.Min(64, Words.Text(words[i]).Length)] + "'");
            }
        }

        if (role == AccessRole.None)
        {
            throw new RespException(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time");
        }

        (session.Version, session.Name, session.Role) = (version, name, role);
        return RespReply.Map(
            RespReply.Bulk("server"), RespReply.Bulk("redis"),
            RespReply.Bulk("version"), RespReply.Bulk(RespServer.RedisVersion),
            RespReply.Bulk("proto"), RespReply.Integer(version),
            RespReply.Bulk("id"), RespReply.Integer(session.Id),
            RespReply.Bulk("mode"), RespReply.Bulk("standalone"),
            RespReply.Bulk("role"), RespReply.Bulk("master"),
            RespReply.Bulk("modules"), RespReply.Array());
    }

    private static RespReply Authenticate(RespSession session, byte[][] words)
    {
        if (words.Length == 2 && session.Server.Keys.IsOpen)
        {
            throw new RespException("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?");
        }

        if (words.Length > 3)
        {
            throw RespException.Syntax();
        }

        session.Role = words.Length == 2 ? RoleOf(session, "default"u8, words[1]) : RoleOf(session, words[1], words[2]);
        return RespReply.Ok;
    }

    /// <summary>Without keys the user default is accepted with any password, as Redis does; with keys the password counts, and the user says nothing.</summary>
    private static AccessRole RoleOf(RespSession session, ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        var keys = session.Server.Keys;
        var role = keys.IsOpen ? (user.SequenceEqual("default"u8) ? keys.Anybody : AccessRole.None) : keys.RoleOf((session.Peer as IPEndPoint)?.Address, password);
        return role == AccessRole.None ? throw new RespException("WRONGPASS invalid username-password pair or user is disabled.") : role;
    }

    private static RespReply Select(RespSession session, byte[][] words) => Words.Integer(words[1]) == 0
        ? RespReply.Ok
        : throw new RespException("ERR DB index is out of range");

    private static RespReply Quit(RespSession session, byte[][] words)
    {
        session.Quit();
        return RespReply.Ok;
    }

    private static RespReply Client(RespSession session, byte[][] words)
    {
        var sub = Words.Text(words[1]).ToUpperInvariant();
        switch (sub, words.Length)
        {
            case ("ID", 2):
                return RespReply.Integer(session.Id);
            case ("GETNAME", 2):
                return session.Name.Length == 0 ? RespReply.Null : RespReply.Bulk(session.Name);
            case ("SETNAME", 3):
                session.Name = Checked(words[2], "Client names");
                return RespReply.Ok;
            case ("SETINFO", 4) when Words.Is(words[2], "LIB-NAME"):
                session.Library = Checked(words[3], "lib-name");
                return RespReply.Ok;
            case ("SETINFO", 4) when Words.Is(words[2], "LIB-VER"):
                session.LibraryVersion = Checked(words[3], "lib-ver");
                return RespReply.Ok;
            case ("SETINFO", 4):
                throw new RespException("ERR Unrecognized option '" + Words.Text(words[2])[..Math.Min(64, Words.Text(words[2]).Length)] + "'");
            case ("LIST", 2):
                return RespReply.Text(string.Concat(session.Server.Clients.All.Select(Line)));
            case ("ID" or "GETNAME" or "SETNAME" or "SETINFO" or "LIST", _):
                throw new RespException($"ERR wrong number of arguments for 'client|{sub.ToLowerInvariant()}' command");
            default:
                throw Words.UnknownSubcommand(words);
        }
    }

    private static string Line(RespSession session) => string.Create(
        CultureInfo.InvariantCulture,
        $"id={session.Id} addr={session.Peer} name={session.Name} age={(long)session.Server.Time.GetElapsedTime(session.OpenedAt).TotalSeconds} db=0 sub={session.Subscriptions.Of(isPattern: false).Count} psub={session.Subscriptions.Of(isPattern: true).Count} multi={session.Multi?.Commands.Count ?? -1} cmd={session.LastCommand.ToLowerInvariant()} resp={session.Version} lib-name={session.Library} lib-ver={session.LibraryVersion}\n");

    private static string Checked(byte[] word, string what)
    {
        if (word.Length > NameMax || word.Any(one => one is <= (byte)' ' or > (byte)'~'))
        {
            throw new RespException($"ERR {what} cannot contain spaces, newlines or special characters.");
        }

        return Words.Text(word);
    }

    private static RespCommand Command(string name, int arity, string summary, Func<RespSession, byte[][], RespReply> answer) =>
        new(name, arity, "connection", summary) { Session = (session, words) => ValueTask.FromResult<RespReply?>(answer(session, words)) };
}
