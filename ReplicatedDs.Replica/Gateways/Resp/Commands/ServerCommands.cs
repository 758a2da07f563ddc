using System.Globalization;
using System.Text;
using ReplicatedDs.Replica.Http.Kv;

namespace ReplicatedDs.Replica.Gateways.Resp.Commands;

/// <summary>What clients ask a server about itself.</summary>
internal static class ServerCommands
{
    // What client libraries and redis-benchmark ask for.
    private static readonly (string Name, string Value)[] Settings =
    [
        ("appendonly", "yes"), ("databases", "1"), ("maxmemory", "0"), ("maxmemory-policy", "noeviction"), ("replica-read-only", "no"),
        ("save", ""), ("slave-read-only", "no"), ("timeout", "0"),
    ];

    public static RespCommand[] All { get; } =
    [
        Command("COMMAND", -1, "COUNT, DOCS, INFO, or all.", Commands),
        Command("CONFIG", -2, "GET of what clients ask for.", Config),
        Command("CLUSTER", -2, "Clients take this for a single server.", (_, _) => throw new RespException("ERR This instance has cluster support disabled")),
        new("INFO", -1, "server", "About this replica.") { Session = InfoAsync },
    ];

    private static RespReply Commands(RespSession session, byte[][] words)
    {
        if (words.Length == 1)
        {
            return RespReply.Array([.. CommandTable.All.Select(Describe)]);
        }

        if (Words.Is(words[1], "COUNT") && words.Length == 2)
        {
            return RespReply.Integer(CommandTable.Count);
        }

        if (Words.Is(words[1], "INFO"))
        {
            return words.Length == 2
                ? RespReply.Array([.. CommandTable.All.Select(Describe)])
                : RespReply.Array([.. words.Skip(2).Select(word => CommandTable.Find(word) is { } command ? Describe(command) : RespReply.NullArray)]);
        }

        if (Words.Is(words[1], "DOCS"))
        {
            var asked = words.Length == 2 ? CommandTable.All : words.Skip(2).Select(word => CommandTable.Find(word)).OfType<RespCommand>().Distinct();
            return RespReply.Map([.. asked.SelectMany(command => new[] { RespReply.Bulk(command.Name.ToLowerInvariant()), Document(command) })]);
        }

        throw Words.UnknownSubcommand(words);
    }

    private static RespReply Describe(RespCommand command) => RespReply.Array(
        RespReply.Bulk(command.Name.ToLowerInvariant()),
        RespReply.Integer(command.Arity),
        RespReply.Of(RespKind.Set, 1, [RespReply.Simple(command.IsWrite ? "write" : command.Data is null ? "admin" : "readonly")]),
        RespReply.Integer(command.Keys.First),
        RespReply.Integer(command.Keys.Last),
        RespReply.Integer(command.Keys.Step));

    private static RespReply Document(RespCommand command) => RespReply.Map(
        RespReply.Bulk("summary"), RespReply.Bulk(command.Summary),
        RespReply.Bulk("group"), RespReply.Bulk(command.Group));

    private static RespReply Config(RespSession session, byte[][] words)
    {
        if (!Words.Is(words[1], "GET"))
        {
            throw Words.Is(words[1], "SET") || Words.Is(words[1], "REWRITE") || Words.Is(words[1], "RESETSTAT")
                ? new RespException("ERR settings are read at start; see docs/operations.md")
                : Words.UnknownSubcommand(words);
        }

        if (words.Length == 2)
        {
            throw new RespException("ERR wrong number of arguments for 'config|get' command");
        }

        Glob[] patterns = [.. words.Skip(2).Select(word => new Glob(Words.Text(word).ToLowerInvariant()))];
        return RespReply.Map([.. Settings
            .Where(setting => patterns.Any(pattern => pattern.Matches(setting.Name)))
            .SelectMany(setting => new[] { RespReply.Bulk(setting.Name), RespReply.Bulk(setting.Value) })]);
    }

    private static async ValueTask<RespReply?> InfoAsync(RespSession session, byte[][] words)
    {
        var server = session.Server;
        var identity = server.Node.RequireServing();
        var root = await session.RootAsync().ConfigureAwait(false);
        session.Saw(root.Delivered);
        var text = new StringBuilder();
        void Section(string name, Func<IEnumerable<(string Name, object Value)>> facts)
        {
            if (words.Length > 1 && !words.Skip(1).Any(word => Words.Is(word, name) || Words.Is(word, "all") || Words.Is(word, "everything") || Words.Is(word, "default")))
            {
                return;
            }

            text.Append(text.Length > 0 ? "\r\n" : "").Append("# ").Append(name).Append("\r\n");
            foreach (var (fact, value) in facts())
            {
                text.Append(CultureInfo.InvariantCulture, $"{fact}:{value}\r\n");
            }
        }

        Section("Server", () =>
        [
            ("redis_version", RespServer.RedisVersion), ("redis_mode", "standalone"), ("replicated_ds_version", typeof(RespServer).Assembly.GetName().Version!.ToString(3)),
            ("process_id", Environment.ProcessId), ("uptime_in_seconds", (long)server.Time.GetElapsedTime(server.StartedAt).TotalSeconds),
        ]);
        Section("Clients", () => [("connected_clients", server.Clients.Count)]);
        Section("Persistence", () => [("loading", 0), ("aof_enabled", 1)]);

        // Every replica takes writes: clients that look for the one that does are content with the one that they have.
        Section("Replication", () => [("role", "master"), ("connected_slaves", 0)]);
        Section("Causal", () =>
        [
            ("replica_id", identity.Id), ("cluster_id", identity.ClusterId), ("delivered", string.Join(',', root.Delivered)),
        ]);
        Section("Keyspace", () => KeyCommands.Count(root) is > 0 and var count ? [("db0", $"keys={count},expires=0,avg_ttl=0")] : []);
        return RespReply.Text(text.ToString());
    }

    private static RespCommand Command(string name, int arity, string summary, Func<RespSession, byte[][], RespReply> answer) =>
        new(name, arity, "server", summary) { Session = (session, words) => ValueTask.FromResult<RespReply?>(answer(session, words)) };
}
