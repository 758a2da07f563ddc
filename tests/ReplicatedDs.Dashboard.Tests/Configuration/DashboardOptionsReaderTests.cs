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
    [InlineData("http://[::]:7080")]
    public void Read_AddressOfOtherMachinesInCleartext_IsRefused(string urls) => Refused("Security:AllowCleartext=true", ("urls", urls), ("Dashboard:Token", "sixteen-letters!"));

    [Fact]
    public void Read_AddressOfOtherMachinesWithoutASecret_IsRefused()
    {
        Refused("Dashboard:Token is not set", ("urls", "https://0.0.0.0:7080"), ("Tls:CertificateFile", "c"), ("Tls:KeyFile", "k"));
        var problem = Assert.Throws<ConfigurationProblemException>(() => Read(true, ("Cluster:Members", Members), ("urls", "http://0.0.0.0:7080"), ("Dashboard:Open", "true")));
        Assert.Contains("set Dashboard:Token or Dashboard:TokenFile", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AddressOfOtherMachinesWithoutACertificateOrName_SaysWhatToSet()
    {
        Refused("set Tls:CertificateFile and Tls:KeyFile", ("urls", "https://0.0.0.0:7080"), ("Dashboard:Token", "sixteen-letters!"));
        Refused("set Dashboard:Hosts", ("urls", "https://0.0.0.0:7080"), ("Dashboard:Token", "sixteen-letters!"), ("Tls:CertificateFile", "c"), ("Tls:KeyFile", "k"));
    }

    [Theory]
    [InlineData("http_ports", "8080")]
    [InlineData("https_ports", "8443")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://*:80")]
    public void Read_ListenersSaidInAnotherWay_AreRefused(string setting, string value) => Refused("say with URLS where to listen", (setting, value), ("Dashboard:Token", "sixteen-letters!"));

    [Theory]
    [InlineData("http://127.0.0.1:7080", null, true)]
    [InlineData("http://127.0.0.1:7080", "false", false)]
    [InlineData("https://dash.example:7080", null, false)]
    [InlineData("https://dash.example:7080", "true", true)]
    public void Read_Act_IsOnOnThisMachineAndOffBeyondIt(string urls, string? act, bool may)
    {
        var options = Read(("urls", urls), ("Cluster:Members", Members), ("Dashboard:Token", "sixteen-letters!"), ("Tls:CertificateFile", "c"), ("Tls:KeyFile", "k"), ("Dashboard:Act", act));
        Assert.Equal(may, options.ActRefusal is null);
        Assert.Equal(urls.Contains("dash.example", StringComparison.Ordinal) ? ["dash.example"] : [], options.Hosts);
    }

    [Fact]
    public void Read_SecretsFromFiles_AreTrimmedAndUsed()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "a secret of a file\n");
            var options = Read(("Cluster:Members", Members), ("Dashboard:TokenFile", file), ("Dashboard:AccessKeyFile", file), ("Cluster:Key", "the-cluster-key"));
            Assert.Equal("a secret of a file", options.Token);
            Assert.Equal("a secret of a file", options.ReplicaKey);
            Assert.Equal("the-cluster-key", Read(("Cluster:Members", Members), ("Dashboard:TokenFile", file), ("Cluster:Key", "the-cluster-key")).ReplicaKey);
            Refused("both set", ("Dashboard:TokenFile", file), ("Dashboard:Token", "sixteen-letters!"));
            Refused("cannot be read", ("Dashboard:TokenFile", file + ".gone"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Read_AddressThatIsNone_IsRefused()
    {
        var problem = Assert.Throws<ConfigurationProblemException>(() => Read(("urls", "rubbish"), ("Cluster:Members", Members), ("Dashboard:Token", "sixteen-letters!")));
        Assert.Contains("not an address to listen on", problem.Message, StringComparison.Ordinal);
    }

    private static void Refused(string words, params (string Key, string? Value)[] settings)
    {
        var problem = Assert.Throws<ConfigurationProblemException>(() => Read([("Cluster:Members", Members), .. settings]));
        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
    }

    private static DashboardOptions Read(params (string Key, string? Value)[] settings) => Read(false, settings);

    private static DashboardOptions Read(bool isDevelopment, params (string Key, string? Value)[] settings) => DashboardOptionsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build(), isDevelopment);
}
