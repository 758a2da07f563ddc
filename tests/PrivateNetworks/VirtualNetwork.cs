using System.Globalization;
using System.Net;
using System.Text;

namespace ReplicatedDs.PrivateNetworks;

/// <summary>
/// Hosts, each a network namespace with an address of its own, joined by a bridge in this process's namespace. What a host sends to another one is routed
/// through the <see cref="DelayRelay"/> or, where lines have no length, by the kernel, and nftables decides what of it is lost; what this process sends to a
/// host goes straight to it, as from a client beside it.
/// </summary>
internal sealed class VirtualNetwork : IDisposable
{
    private const string Bridge = "bridge0";
    private const string Relay = "relay0";
    private const string Router = "10.77.0.254";
    private const string Table = "77";

    private readonly Dictionary<string, int> _hosts = [];
    private readonly DelayRelay? _relay;

    /// <param name="hasDelays">Whether lines may have a length: every packet then goes through this process.</param>
    public VirtualNetwork(IReadOnlyList<string> hosts, bool hasDelays = true)
    {
        foreach (var setting in (string[])["ip_forward=1", "conf.all.rp_filter=0", "conf.default.rp_filter=0", "conf.all.send_redirects=0", "conf.default.send_redirects=0"])
        {
            var parts = setting.Split('=');
            File.WriteAllText($"/proc/sys/net/ipv4/{parts[0].Replace('.', '/')}", parts[1]);
        }

        Ip($"link add {Bridge} type bridge");
        Ip($"addr add {Router}/24 dev {Bridge}");
        Ip($"link set {Bridge} up");
        foreach (var host in hosts)
        {
            Add(host);
        }

        if (hasDelays)
        {
            _relay = new DelayRelay(Relay);
            Ip($"link set {Relay} up txqueuelen 10000");
            Ip($"route add default dev {Relay} table {Table}");
            Ip($"rule add iif {Bridge} lookup {Table}");
        }

        Lose([]);
    }

    /// <exception cref="InvalidOperationException">It was made without.</exception>
    public DelayRelay Delays => _relay ?? throw new InvalidOperationException("The lines of this network have no length.");

    public IReadOnlyCollection<string> Hosts => _hosts.Keys;

    public IPAddress AddressOf(string host) => IPAddress.Parse(Address(host));

    /// <summary>What is lost from now on, in place of what was lost before.</summary>
    public void Lose(IEnumerable<Loss> losses)
    {
        // What comes from the relay is on its second way through: nothing is judged twice.
        var last = _relay is null ? Bridge : Relay;
        var rules = new StringBuilder();
        foreach (var loss in losses)
        {
            rules.Append(CultureInfo.InvariantCulture, $"    iifname {last}");
            if (loss.From is { } from)
            {
                rules.Append(CultureInfo.InvariantCulture, $" ip saddr {Address(from)}");
            }

            if (loss.To is { } to)
            {
                rules.Append(CultureInfo.InvariantCulture, $" ip daddr {Address(to)}");
            }

            rules.Append(loss.Percent < 100 ? string.Create(CultureInfo.InvariantCulture, $" numgen random mod 100 < {loss.Percent} drop\n") : " drop\n");
        }

        Command.Run(["nft", "-f", "-"], $$"""
            table ip faults
            delete table ip faults
            table ip faults {
              chain lost {
                type filter hook forward priority 0; policy accept;
            {{rules}}  }
            }
            """);
    }

    /// <summary>Cuts <paramref name="side"/> off from all other hosts, in both directions.</summary>
    public static IEnumerable<Loss> Between(IReadOnlyCollection<string> side, IReadOnlyCollection<string> others) =>
        side.SelectMany(one => others.SelectMany(other => new[] { new Loss(one, other), new Loss(other, one) }));

    /// <summary>How much a host may send and receive.</summary>
    /// <param name="megabits">In a second; <c>null</c>: as much as it likes.</param>
    public void Limit(string host, int? megabits)
    {
        (string[] In, string Device)[] ends = [([], Port(host)), (["-n", host], "eth0")];
        foreach (var (within, device) in ends)
        {
            if (megabits is { } rate)
            {
                Command.Run(["tc", .. within, .. $"qdisc replace dev {device} root tbf rate {rate}mbit burst 64kb latency 100ms".Split(' ')]);
            }
            else
            {
                Command.Run(["tc", .. within, .. $"qdisc del dev {device} root".Split(' ')]);
            }
        }
    }

    /// <summary>As if the cable were pulled, or put back.</summary>
    public void Plug(string host, bool isIn) => Ip($"link set {Port(host)} {(isIn ? "up" : "down")}");

    /// <summary>How many connections <paramref name="from"/> has opened to a port of <paramref name="to"/>, and has still.</summary>
    public int Connections(string from, string to, int port)
    {
        var words = string.Create(CultureInfo.InvariantCulture, $"ip netns exec {from} ss -Htn state established dst {Address(to)} dport = :{port}");
        return Command.Run(words.Split(' ')).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }

    public void Dispose() => _relay?.Dispose();

    private static void Ip(string words) => Command.Run(["ip", .. words.Split(' ')]);

    private void Add(string host)
    {
        _hosts.Add(host, _hosts.Count + 1);
        var port = Port(host);
        Ip($"netns add {host}");
        Ip($"link add {port} type veth peer name eth0 netns {host}");
        Ip($"link set {port} master {Bridge} up");
        // An address without a network: all others are reached by way of the router.
        Ip($"-n {host} addr add {Address(host)}/32 dev eth0");
        Ip($"-n {host} link set lo up");
        Ip($"-n {host} link set eth0 up");
        Ip($"-n {host} route add default via {Router} dev eth0 onlink");
    }

    private string Port(string host) => string.Create(CultureInfo.InvariantCulture, $"port{_hosts[host]}");

    private string Address(string host) => string.Create(CultureInfo.InvariantCulture, $"10.77.0.{_hosts[host]}");
}
