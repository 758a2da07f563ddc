using System.Buffers;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Replica.Storage.Redis;
using ReplicatedDs.Replica.Storage.Values;

namespace ReplicatedDs.Replica.Tests.Storage.Values;

public sealed class RedisProtocolTests
{
    [Theory]
    [InlineData("123456789", 12739)]
    [InlineData("foo", 12182)]
    [InlineData("{user1000}.following", 3443)]
    [InlineData("{user1000}.followers", 3443)]
    [InlineData("foo{}{bar}", 8363)]
    [InlineData("foo{{bar}}zap", 4015)]
    [InlineData("foo{bar}{zap}", 5061)]
    [InlineData("bar", 5061)]
    [InlineData("", 0)]
    public void SlotOf_IsThatOfRedis(string name, int slot) => Assert.Equal(slot, RedisSlots.SlotOf(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void Read_AtEveryCut_WaitsForTheRest()
    {
        var bytes = Encoding.UTF8.GetBytes("*5\r\n:16383\r\n$5\r\nh\r\nll\r\n$-1\r\n*1\r\n+OK\r\n-MOVED 1 127.0.0.1:7000\r\n");
        for (var length = 0; length < bytes.Length; length++)
        {
            var part = new ReadOnlySequence<byte>(bytes, 0, length);
            Assert.Null(RedisReplyReader.Read(ref part));
            Assert.Equal(length, part.Length);
        }

        var whole = new ReadOnlySequence<byte>([.. bytes, .. "+next\r\n"u8]);
        var reply = RedisReplyReader.Read(ref whole)!;
        Assert.Equal(16383, reply.Items![0].Integer);
        Assert.Equal("h\r\nll", reply.Items[1].Text);
        Assert.Equal(RedisReply.Nothing, reply.Items[2]);
        Assert.Equal("OK", reply.Items[3].Items![0].Text);
        Assert.Equal("MOVED", reply.Items[4].ErrorCode);
        Assert.Equal("next", RedisReplyReader.Read(ref whole)!.Text);
        Assert.True(whole.IsEmpty);
    }

    [Theory]
    [InlineData("?what\r\n")]
    [InlineData("\r\n")]
    [InlineData(":abc\r\n")]
    [InlineData("$99999999999\r\n")]
    [InlineData("*99999999999\r\n")]
    [InlineData("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")]
    public void Read_OfWhatIsNoReply_IsRefused(string text)
    {
        var buffer = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(text));
        Assert.Throws<InvalidDataException>(() => RedisReplyReader.Read(ref buffer));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("a:b")]
    [InlineData("{a}:b}:{1#1}:")]
    [InlineData("ü\0/ ")]
    public void Names_GoThereAndBack_AndTheirSlotIsThatOfTheDot(string key)
    {
        var names = new ValueNames("00112233445566778899aabbccddeeff", new ReplicaId(7));
        var id = new ValueId(key, new Dot(new ReplicaId(3), 1234567));
        var name = names.Of(id);
        Assert.Equal((new ReplicaId(7), id), names.Parse(name.ToArray()));
        Assert.Equal(RedisSlots.SlotOf("3#1234567"u8), RedisSlots.SlotOf(name.Span));
        Assert.Null(new ValueNames("ffeeddccbbaa99887766554433221100", new ReplicaId(7)).Parse(name.ToArray()));
    }

    [Theory]
    [InlineData("rds:00112233445566778899aabbccddeeff:")]
    [InlineData("rds:00112233445566778899aabbccddeeff:7:{3#1}")]
    [InlineData("rds:00112233445566778899aabbccddeeff::{3#1}:x")]
    [InlineData("rds:00112233445566778899aabbccddeeff:7:{}:x")]
    [InlineData("rds:00112233445566778899aabbccddeeff:7:3#1}:{x")]
    [InlineData("session:42")]
    public void Parse_OfAForeignName_GivesNothing(string name) =>
        Assert.Null(new ValueNames("00112233445566778899aabbccddeeff", new ReplicaId(7)).Parse(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void Cache_OverItsBytes_ForgetsWhatWasReadLongestAgo()
    {
        var cache = new ValueCache(3500);
        ValueId Id(int n) => new($"k{n}", new Dot(new ReplicaId(1), n));
        for (var n = 1; n <= 3; n++)
        {
            cache.Add(Id(n), new byte[900]);
        }

        Assert.NotNull(cache.Find(Id(1)));
        cache.Add(Id(4), new byte[900]);
        Assert.Null(cache.Find(Id(2)));
        Assert.NotNull(cache.Find(Id(1)));
        Assert.NotNull(cache.Find(Id(4)));
        cache.Add(Id(5), new byte[9000]);
        Assert.Null(cache.Find(Id(5)));
        Assert.Null(cache.Find(Id(1)));
    }
}
