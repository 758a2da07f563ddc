using System.Collections.Immutable;
using System.Text;

namespace ReplicatedDs.Replica.Storage.Redis;

/// <summary>Which server of a Redis Cluster has which slot, as <c>CLUSTER SLOTS</c> says. Immutable.</summary>
internal sealed class RedisSlots
{
    public const int Count = 16_384;

    private readonly RedisShard?[] _bySlot = new RedisShard?[Count];

    private RedisSlots(ImmutableArray<RedisShard> shards)
    {
        Shards = shards;
        foreach (var shard in shards)
        {
            Array.Fill(_bySlot, shard, shard.First, shard.Last - shard.First + 1);
        }
    }

    public ImmutableArray<RedisShard> Shards { get; }

    /// <summary>Each once.</summary>
    public IEnumerable<RedisEndpoint> Masters => Shards.Select(shard => shard.Master).Distinct();

    public IEnumerable<RedisEndpoint> All => Shards.SelectMany(shard => shard.Replicas.Prepend(shard.Master)).Distinct();

    /// <summary>Who has a slot; <c>null</c>: nobody.</summary>
    public RedisShard? Of(int slot) => _bySlot[slot];

    /// <summary>Whether a slot that both have has another master.</summary>
    public bool HasOtherMasters(RedisSlots before) =>
        Enumerable.Range(0, Count).Any(slot => Of(slot) is { } now && before.Of(slot) is { } then && now.MasterId != then.MasterId);

    /// <exception cref="RedisException">That is no answer to <c>CLUSTER SLOTS</c>.</exception>
    public static RedisSlots Of(RedisReply reply, RedisEndpoint asked)
    {
        var shards = ImmutableArray.CreateBuilder<RedisShard>();
        foreach (var range in reply.Items ?? throw new RedisException($"{asked} does not say who has which slot ({reply.Error ?? "no answer"})"))
        {
            if (range.Items is not [{ Integer: >= 0 and < Count and var first }, { Integer: >= 0 and < Count and var last }, ..] || last < first)
            {
                throw new RedisException($"{asked} gave slots that cannot be read");
            }

            var nodes = range.Items.Skip(2).Select(node => NodeOf(node, asked)).ToList();
            if (nodes is [var (master, id), ..])
            {
                shards.Add(new RedisShard((int)first, (int)last, master, id, [.. nodes.Skip(1).Select(node => node.Endpoint)]));
            }
        }

        return new RedisSlots(shards.ToImmutable());
    }

    /// <summary>The slot of a name: by what is between its first braces, if there is something.</summary>
    public static int SlotOf(ReadOnlySpan<byte> name)
    {
        var open = name.IndexOf((byte)'{');
        if (open >= 0 && name[(open + 1)..].IndexOf((byte)'}') is > 0 and var length)
        {
            name = name.Slice(open + 1, length);
        }

        return Crc16(name) % Count;
    }

    private static (RedisEndpoint Endpoint, string Id) NodeOf(RedisReply node, RedisEndpoint asked)
    {
        if (node.Items is not [var host, { Integer: > 0 and <= 65535 and var port }, var id, ..])
        {
            throw new RedisException($"{asked} gave slots that cannot be read");
        }

        // A server that does not know its own address leaves it out: it is the one that was asked.
        return (new RedisEndpoint(host.Bytes is { Length: > 0 } ? Encoding.UTF8.GetString(host.Bytes) : asked.Host, (int)port), id.Text);
    }

    /// <summary>CRC-16/XMODEM, as the cluster specification of Redis wants it.</summary>
    private static int Crc16(ReadOnlySpan<byte> bytes)
    {
        var crc = 0;
        foreach (var one in bytes)
        {
            crc ^= one << 8;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
            }
        }

        return crc;
    }
}
