using Microsoft.Extensions.Configuration;
using ReplicatedDs.Dashboard.Configuration;

namespace ReplicatedDs.Dashboard.Tests.Configuration;

public sealed class DashboardOptionsReaderTests
{
    private const string Members = "replica-1=http://127.0.0.1:7101;replica-2=http://127.0.0.1:7102";

    [Fact]
    public void Read_Complete_GivesEverySlotInOrder()
    {
        var options = Read(("Cluster:Members", Members), ("Dashboard:Token", "sixteen-letters!"), ("Control:Url", "http://127.0.0.1:9"), ("Control:Token", "t"));
        Assert.Equal(["replica-1", "replica-2"], options.Slots.Select(slot => slot.Name));
        Assert.Equal(new Uri("http://127.0.0.1:7102"), options.Slots[1].Address);
        Assert.Equal("sixteen-letters!", options.Token);
    }

    [Theory]
    [InlineData(null, false, "Dashboard:Token is not set")]
    [InlineData("short", false, "too short")]
    public void Read_TokenMissingOrShort_IsRefusedWithASentence(string? token, bool isDevelopment, string words)
    {
        var problem = Assert.Throws<ConfigurationProblemException>(() => Read(isDevelopment, ("Cluster:Members", Members), ("Dashboard:Token", token)));
        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OpenFlag_CountsInDevelopmentOnly()
    {
        Assert.Null(Read(true, ("Cluster:Members", Members), ("Dashboard:Open", "true")).Token);
        Assert.Throws<ConfigurationProblemException>(() => Read(false, ("Cluster:Members", Members), ("Dashboard:Open", "true")));
    }

    [Theory]
    [InlineData("", "is not set")]
    [InlineData("replica-1", "must read name=http")]
    [InlineData("replica-1=ftp://x", "not an http address")]
    [InlineData("a=http://127.0.0.1:1;a=http://127.0.0.1:2", "twice")]
    public void Read_MembersUnusable_IsRefusedWithASentence(string members, string words)
    {
        var problem = Assert.Throws<ConfigurationProblemException>(() => Read(("Cluster:Members", members), ("Dashboard:Token", "sixteen-letters!")));
        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:7080")]
    [InlineData("http://*:7080")]
    [InlineData("http://127.0.0.1:7080;http://example.org:80")]
    public void Read_AddressOfOtherMachines_IsRefused(string urls)
    {
        var problem = Assert.Throws<ConfigurationProblemException>(() => Read(("urls", urls), ("Cluster:Members", Members), ("Dashboard:Token", "sixteen-letters!")));
        Assert.Contains("not a loopback address", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AddressThatIsNone_IsRefused()
    {
        var problem = Assert.Throws<ConfigurationProblemException>(() => Read(("urls", "rubbish"), ("Cluster:Members", Members), ("Dashboard:Token", "sixteen-letters!")));
        Assert.Contains("not an address to listen on", problem.Message, StringComparison.Ordinal);
    }

    private static DashboardOptions Read(params (string Key, string? Value)[] settings) => Read(false, settings);

    private static DashboardOptions Read(bool isDevelopment, params (string Key, string? Value)[] settings) => DashboardOptionsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build(), isDevelopment);
}
