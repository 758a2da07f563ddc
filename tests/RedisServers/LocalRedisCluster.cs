using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ReplicatedDs.RedisServers;

/// <summary>
/// A Redis Cluster of real redis-server processes on loopback: masters, and a replica for each. Small, without persistence, and quick to notice that a master is gone.
/// </summary>
internal sealed class LocalRedisCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("replicated-ds-redis-").FullName;
    private readonly EventHandler _kill;

    private LocalRedisCluster(int masters, int megabytes)
    {
        var ports = FreePorts(4 * masters);
        Nodes = [.. Enumerable.Range(0, 2 * masters).Select(i => new RedisNode(Path.Combine(_folder, $"{ports[i]}"), ports[i], ports[(2 * masters) + i], megabytes))];
        _kill = (_, _) =>
        {
            foreach (var node in Nodes)
            {
                node.KillNow();
            }
        };
        AppDomain.CurrentDomain.ProcessExit += _kill;
    }

    /// <value>First those that began as masters, then the replica of each in the same order.</value>
    public IReadOnlyList<RedisNode> Nodes { get; }

    /// <value>As <c>Storage:RedisCluster</c> wants it.</value>
    public string Servers => string.Join(',', Nodes.Select(node => node.Address));

    /// <param name="megabytes">The <c>maxmemory</c> of each.</param>
    public static async Task<LocalRedisCluster> StartAsync(int masters = 3, int megabytes = 64)
    {
        var cluster = new LocalRedisCluster(masters, megabytes);
        try
        {
            await cluster.FormAsync(masters);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The masters now, as those say who can be reached.</summary>
    public async Task<IReadOnlyList<RedisNode>> MastersAsync()
    {
        foreach (var node in Nodes.Where(node => node.IsRunning))
        {
            var lines = (await node.AskAsync("CLUSTER", "NODES")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            if (lines.Length > 0)
            {
                var ports = lines.Select(line => line.Split(' ')).Where(words => words[2].Contains("master", StringComparison.Ordinal) && !words[2].Contains("fail", StringComparison.Ordinal) && words.Length > 8)
                    .Select(words => int.Parse(words[1].Split('@')[0].Split(':')[1], CultureInfo.InvariantCulture));
                return [.. Nodes.Where(one => ports.Contains(one.Port))];
            }
        }

        return [];
    }

    /// <summary>Waits until the node is a master that has slots.</summary>
    public async Task PromotedAsync(RedisNode node) =>
        await UntilAsync($"{node.Address} is promoted", async () => (await MastersAsync()).Contains(node), () => Nodes[0].AskAsync("CLUSTER", "NODES"));

    /// <summary>Waits until the node is a replica that has caught up with its master.</summary>
    public static async Task FollowsAsync(RedisNode node) => await UntilAsync(
        $"{node.Address} follows its master",
        async () => await node.FieldAsync("master_link_status", "INFO", "replication") == "up",
        () => node.AskAsync("INFO", "replication"));

    /// <summary>Bytes that each master uses, and how many names it has.</summary>
    public async Task<IReadOnlyList<(string Address, long Bytes, long Names)>> UseAsync()
    {
        var use = new List<(string, long, long)>();
        foreach (var master in await MastersAsync())
        {
            use.Add((
                master.Address,
                long.Parse(await master.FieldAsync("used_memory", "INFO", "memory"), CultureInfo.InvariantCulture),
                long.Parse(await master.AskAsync("DBSIZE"), CultureInfo.InvariantCulture)));
        }

        return use;
    }

    /// <summary>How many names the masters have in all.</summary>
    public async Task<long> NamesAsync() => (await UseAsync()).Sum(one => one.Names);

    /// <summary>Deletes everything.</summary>
    public async Task ClearAsync()
    {
        foreach (var master in await MastersAsync())
        {
            await master.AskAsync("FLUSHALL");
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= _kill;
        foreach (var node in Nodes)
        {
            await node.KillAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    public static async Task UntilAsync(string expectation, Func<Task<bool>> isTrue, Func<Task<string>> state)
    {
        var clock = Stopwatch.StartNew();
        while (!await isTrue())
        {
            if (clock.Elapsed > Patience)
            {
                throw new TimeoutException($"Expected within {Patience.TotalSeconds} s: {expectation}. Last seen: {await state()}");
            }

            await Task.Delay(50);
        }
    }

    private async Task FormAsync(int masters)
    {
        foreach (var node in Nodes)
        {
            node.Start();
        }

        foreach (var node in Nodes)
        {
            await UntilAsync($"{node.Address} answers", async () => await node.AskAsync("PING") == "PONG", () => Task.FromResult(node.IsRunning ? "it runs" : "it has ended"));
        }

        for (var i = 0; i < masters; i++)
        {
            var (first, last) = (16384 * i / masters, (16384 * (i + 1) / masters) - 1);
            await Nodes[i].AskAsync("CLUSTER", "SET-CONFIG-EPOCH", $"{i + 1}");
            await Nodes[i].AskAsync("CLUSTER", "ADDSLOTSRANGE", $"{first}", $"{last}");
        }

        foreach (var node in Nodes.Skip(1))
        {
            await Nodes[0].AskAsync("CLUSTER", "MEET", "127.0.0.1", $"{node.Port}", $"{node.BusPort}");
        }

        foreach (var node in Nodes)
        {
            await UntilAsync(
                $"{node.Address} knows the others",
                async () => await node.FieldAsync("cluster_known_nodes", "CLUSTER", "INFO") == $"{Nodes.Count}" && await node.FieldAsync("cluster_slots_ok", "CLUSTER", "INFO") == "16384",
                () => node.AskAsync("CLUSTER", "INFO"));
        }

        for (var i = 0; i < masters; i++)
        {
            var (master, replica) = (await Nodes[i].AskAsync("CLUSTER", "MYID"), Nodes[masters + i]);
            await UntilAsync($"{replica.Address} becomes a replica", async () => await replica.AskAsync("CLUSTER", "REPLICATE", master) == "OK", () => replica.AskAsync("CLUSTER", "NODES"));
            await FollowsAsync(replica);
        }

        foreach (var node in Nodes)
        {
            await UntilAsync(
                $"{node.Address} knows every replica",
                async () => (await node.AskAsync("CLUSTER", "NODES")).Split('\n').Count(line => line.Contains("slave", StringComparison.Ordinal)) == masters,
                () => node.AskAsync("CLUSTER", "NODES"));
        }
    }

    /// <summary>All different, and under the range from which systems take the ports of outgoing connections.</summary>
    private static int[] FreePorts(int count)
    {
        var ports = new HashSet<int>();
        while (ports.Count < count)
        {
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, Random.Shared.Next(10_000, 32_768));
                probe.Start();
                ports.Add(((IPEndPoint)probe.LocalEndpoint).Port);
            }
            catch (SocketException)
            {
                // Taken: another one.
            }
        }

        return [.. ports];
    }
}
