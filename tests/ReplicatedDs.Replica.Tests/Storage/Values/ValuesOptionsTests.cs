using Microsoft.Extensions.Configuration;
using ReplicatedDs.RedisServers;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Storage.Redis;
using ReplicatedDs.Replica.Storage.Values;
using ReplicatedDs.Replica.Tests.Ids;

namespace ReplicatedDs.Replica.Tests.Storage.Values;

public sealed class ValuesOptionsTests(SharedRedisCluster shared) : IClassFixture<SharedRedisCluster>
{
    private readonly LocalRedisCluster _redis = shared.Cluster;

    [Theory]
    [InlineData("Storage:Values must be memory or redis-cluster, not 'disk'.", "Values=disk")]
    [InlineData("Storage:Values=redis-cluster needs Storage:RedisCluster: host:port of some servers of the cluster.", "Values=redis-cluster")]
    [InlineData("Storage:RedisCluster must read host:port,host:port, but has 'here'.", "Values=redis-cluster;RedisCluster=127.0.0.1:7001, here")]
    [InlineData("Storage:RedisCluster must read host:port,host:port, but has 'here:99999'.", "Values=redis-cluster;RedisCluster=here:99999")]
    [InlineData("Storage:RedisCluster is set, but Storage:Values is memory: set it to redis-cluster, or leave the other out.", "RedisCluster=here:7000")]
    [InlineData("Storage:InlineBytes must be a number of bytes from 20 to 1048576, not '19'.", "Values=redis-cluster;RedisCluster=here:7000;InlineBytes=19")]
    [InlineData("Storage:UnconfirmedMegabytes must be a number of megabytes from 1 to 1048576, not '0'.", "Values=redis-cluster;RedisCluster=here:7000;UnconfirmedMegabytes=0")]
    public void Read_OfWhatMakesNoSense_SaysWhatIsExpected(string sentence, string settings) =>
        Assert.Equal(sentence, Assert.Throws<ConfigurationException>(() => Read(settings)).Message);

    [Fact]
    public void Read_WithoutAWord_IsMemory() => Assert.Null(Read(""));

    [Fact]
    public void Read_TakesThePasswordFromAFile()
    {
        using var scratch = new Scratch();
        var file = Path.Combine(scratch.Root, "password");
        File.WriteAllText(file, "secret\n");
        var options = Read($"Values=redis-cluster;RedisCluster=[::1]:7000,there:7001;RedisPasswordFile={file};RedisUser=rds;InlineBytes=100")!;
        Assert.Equal(("secret", "rds", 100), (options.Password, options.User, options.InlineBytes));
        Assert.Equal("[::1]:7000 there:7001", string.Join(' ', options.Servers));
        Assert.StartsWith("Storage:RedisPasswordFile cannot be read: ", Assert.Throws<ConfigurationException>(() => Read("Values=redis-cluster;RedisCluster=a:1;RedisPasswordFile=/nowhere")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfARedisThatIsNoCluster_SaysSo()
    {
        var server = new RedisServer();
        await server.InitializeAsync();
        try
        {
            await using var cluster = Cluster(new RedisEndpoint("127.0.0.1", server.Port));
            Assert.Equal(
                $"Storage:RedisCluster names 127.0.0.1:{server.Port}, which is a Redis server but not one of a Redis Cluster (start it with cluster-enabled yes).",
                await RedisClusterCheck.ObjectionAsync(cluster, default));
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Check_OfAServerThatEvicts_SaysSo_AndValuesAreNotConfirmedThere()
    {
        await using var cluster = Cluster([.. _redis.Nodes.Take(2).Select(node => new RedisEndpoint("127.0.0.1", node.Port))]);
        Assert.Null(await RedisClusterCheck.ObjectionAsync(cluster, default));
        await _redis.Nodes[1].AskAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        try
        {
            Assert.Equal(
                $"The Redis server {_redis.Nodes[1].Address} evicts keys when its memory is full (maxmemory-policy allkeys-lru), and evicted values would be lost: set it to noeviction.",
                await RedisClusterCheck.ObjectionAsync(cluster, default));
            using var scratch = new Scratch();
            await using var keeper = await Keeper.FoundAsync(scratch.Folder, Keeper.Options(_redis));
            await keeper.WriteAsync("x", new string('v', 100));
            await Http.Eventually.TrueAsync(() => keeper.Values.Status.Problem?.Contains("evicts keys", StringComparison.Ordinal) == true, () => $"{keeper.Values.Status}");
            Assert.NotEqual(0, keeper.Values.Status.UnconfirmedBytes);
        }
        finally
        {
            await _redis.Nodes[1].AskAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        }
    }

    [Fact]
    public async Task Check_OfNobody_SaysThatNobodyAnswers()
    {
        await using var cluster = Cluster(new RedisEndpoint("127.0.0.1", 1));
        Assert.Contains("127.0.0.1:1 cannot be reached", (await Assert.ThrowsAsync<RedisException>(() => RedisClusterCheck.ObjectionAsync(cluster, default))).Message, StringComparison.Ordinal);
    }

    /// <summary>With a password, which a wrong one does not replace.</summary>
    [Theory]
    [InlineData("right", true)]
    [InlineData("wrong", false)]
    public async Task Password_IsShown(string password, bool isTaken)
    {
        await _redis.Nodes[0].AskAsync("CONFIG", "SET", "requirepass", "right");
        try
        {
            await using var cluster = new RedisCluster([new RedisEndpoint("127.0.0.1", _redis.Nodes[0].Port)], null, password, TimeProvider.System);
            if (isTaken)
            {
                Assert.Equal(3, (await cluster.AskAsync(default)).Masters.Count());
            }
            else
            {
                Assert.Equal($"127.0.0.1:{_redis.Nodes[0].Port} does not take the password", (await Assert.ThrowsAsync<RedisException>(() => cluster.AskAsync(default))).Message);
            }
        }
        finally
        {
            await _redis.Nodes[0].AskAsync("-a", "right", "--no-auth-warning", "CONFIG", "SET", "requirepass", "");
        }
    }

    private static RedisCluster Cluster(params RedisEndpoint[] servers) => new(servers, null, null, TimeProvider.System);

    private static ValuesOptions? Read(string settings) => ValuesOptionsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(settings
        .Split(';', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=', 2)).Select(pair => KeyValuePair.Create($"Storage:{pair[0]}", (string?)pair[1]))).Build());
}
