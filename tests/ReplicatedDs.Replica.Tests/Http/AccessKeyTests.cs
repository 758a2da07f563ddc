using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.Replica.Tests.Gateways;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>Callers with a right, a weak, a wrong key or none, at every route and both gateways; driven from the table of rules.</summary>
public sealed class AccessKeyTests : IDisposable
{
    private const string Reader = "a key that may read";
    private const string Writer = "a key that may write";
    private const string Operator = "a key that may operate";

    private readonly string _file = Path.GetTempFileName();

    public AccessKeyTests() => File.WriteAllText(_file, $$"""
        {"keys":[
            {"name":"reader","role":"read","key":"{{Reader}}"},
            {"name":"writer","role":"write","sha256":"{{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Writer)))}}"},
            {"name":"operator","role":"operate","key":"{{Operator}}"}]}
        """);

    public void Dispose() => File.Delete(_file);

    public static TheoryData<string?, AccessRole> Callers => new()
    {
        { null, AccessRole.None },
        { "", AccessRole.None },
        { "a key that is none of them", AccessRole.None },
        { Reader, AccessRole.Read },
        { Writer, AccessRole.Write },
        { Operator, AccessRole.Operate },
        { TestReplica.ClusterKey, AccessRole.Operate },
    };

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task EveryRoute_AsksForItsRole(string? key, AccessRole role)
    {
        await using var replica = await StartAsync();
        foreach (var rule in RouteRules.All.Where(rule => rule.Access != RouteAccess.Peer && rule.Pattern is not ("/events" or "/watch" or "/admin/leave")))
        {
            using var request = new HttpRequestMessage(new HttpMethod(rule.Method), Regex.Replace(rule.Pattern, @"\{(\w+)[^}]*\}", "2"));
            if (key is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
            }

            using var response = await replica.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var needed = rule.Access switch
            {
                RouteAccess.Open => AccessRole.None,
                RouteAccess.Read => AccessRole.Read,
                RouteAccess.Change => AccessRole.Write,
                _ => AccessRole.Operate,
            };
            var name = $"{rule.Method} {rule.Pattern} as {role}: {(int)response.StatusCode}";
            if (role >= needed)
            {
                Assert.True(response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden), name);
            }
            else
            {
                Assert.True(response.StatusCode == (role == AccessRole.None ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden), name);
            }
        }
    }

    [Fact]
    public async Task Feeds_WithoutAKey_AreRefused()
    {
        await using var replica = await StartAsync();
        foreach (var feed in (string[])["/events", "/watch"])
        {
            using var refused = await replica.Client.GetAsync(feed, HttpCompletionOption.ResponseHeadersRead);
            await TestReplica.ProblemAsync(refused, "unauthorized");
            using var request = new HttpRequestMessage(HttpMethod.Get, feed) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Reader) } };
            using var served = await replica.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        }
    }

    [Fact]
    public async Task WeakKey_IsToldWhatItMayDo()
    {
        await using var replica = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/kv/x") { Content = new StringContent("1"), Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Reader) } };
        using var response = await replica.Client.SendAsync(request);
        var problem = await TestReplica.ProblemAsync(response, "forbidden");
        Assert.Equal("This key may read; the call needs one that may write.", (string?)problem["detail"]);
        Assert.Empty(replica.Node.State.Keys.All);
    }

    [Fact]
    public async Task Resp_AsksForAKeyFirst()
    {
        await using var replica = await StartAsync();
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        foreach (var command in (string[])["PING", "GET x", "SET x 1", "MULTI", "CONFIG GET save", "CLIENT LIST", "CAUSAL.TOKEN"])
        {
            Assert.Equal("-NOAUTH Authentication required.", await client.AskAsync(command));
        }

        Assert.StartsWith("-NOAUTH HELLO", await client.AskAsync("HELLO 3"), StringComparison.Ordinal);
        Assert.StartsWith("-WRONGPASS", await client.AskAsync("AUTH", "wrong"), StringComparison.Ordinal);
        Assert.StartsWith("-WRONGPASS", await client.AskAsync("AUTH", "default", ""), StringComparison.Ordinal);
        Assert.Equal("+OK", await client.AskAsync("AUTH", Reader));
        Assert.Equal("null", await client.AskAsync("GET x"));
        Assert.Equal("-NOPERM this user has no permissions to run the 'set' command", await client.AskAsync("SET x 1"));
        Assert.Equal("+OK", await client.AskAsync("MULTI"));
        Assert.Equal("-NOPERM this user has no permissions to run the 'incr' command", await client.AskAsync("INCR n"));
        Assert.StartsWith("-EXECABORT", await client.AskAsync("EXEC"), StringComparison.Ordinal);
        Assert.StartsWith("%[", await client.AskAsync("HELLO", "3", "AUTH", "whoever", Writer), StringComparison.Ordinal);
        Assert.Equal("+OK", await client.AskAsync("SET x 1"));
    }

    [Fact]
    public async Task TextGateway_AsksForAKeyFirst()
    {
        await using var replica = await StartAsync();
        using (var stranger = await TextClient.ConnectAsync(replica.TextEndpoint))
        {
            await stranger.SendAsync("CWx:1");
            await stranger.ClosedAsync();
        }

        using (var wrong = await TextClient.ConnectAsync(replica.TextEndpoint))
        {
            await wrong.SendAsync("CAa key that is none of them");
            await wrong.ClosedAsync();
        }

        using (var reader = await TextClient.ConnectAsync(replica.TextEndpoint))
        {
            await reader.SendAsync($"CA{Reader}");
            Assert.Equal("Sx:", await reader.AskAsync("CRx"));
            await reader.SendAsync("CWx:1");
            await reader.ClosedAsync();
        }

        using var writer = await TextClient.ConnectAsync(replica.TextEndpoint);
        await writer.SendAsync($"CA{Writer}");
        await writer.SendAsync("CWx:1");
        Assert.Equal("Sx:1", await writer.AskAsync("CRx"));
    }

    [Fact]
    public async Task PreviousClusterKey_IsTakenWhileTheKeyIsChanged()
    {
        await using var before = await TestReplica.StartAsync();
        using var written = await before.Client.PutAsync("/kv/x", new StringContent("1"));
        var token = written.Headers.GetValues("Causal-Token").Single();
        await using var during = await TestReplica.StartAsync(before.Node, ("Cluster:Key", "the key that comes next"), ("Cluster:PreviousKey", TestReplica.ClusterKey));
        using var read = new HttpRequestMessage(HttpMethod.Get, "/kv/x") { Headers = { { "Causal-Token", token } } };
        using var answer = await during.Client.SendAsync(read);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var links = await during.Operator.GetAsync("/admin/links");
        Assert.Equal(HttpStatusCode.OK, links.StatusCode);

        await using var after = await TestReplica.StartAsync(before.Node, ("Cluster:Key", "the key that comes next"));
        using var refused = await after.Operator.GetAsync("/admin/links");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Logs_NameNoKey()
    {
        await using var replica = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/clock") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Reader) } };
        using var response = await replica.Client.SendAsync(request);
        using var client = await RespClient.ConnectAsync(replica.RespEndpoint);
        await client.AskAsync("AUTH", "a key that is none of them");
        Assert.DoesNotContain(replica.Log.All, line => line.Contains(Reader, StringComparison.Ordinal) || line.Contains("none of them", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "must read")]
    [InlineData("{\"keys\":{}}", "must read")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"role\":\"king\",\"key\":\"0123456789abcdef\"}]}", "role of 'a'")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"role\":\"read\",\"key\":\"short\"}]}", "fewer than 16")]
    [InlineData("{\"keys\":[{\"name\":\"a\",\"role\":\"read\",\"sha256\":\"12\"}]}", "64 hexadecimal digits")]
    [InlineData("{\"keys\":[{\"role\":\"read\"}]}", "must read")]
    public void KeysFile_ThatMakesNoSense_IsRefusedWithASentence(string content, string part)
    {
        File.WriteAllText(_file, content);
        var refused = Assert.Throws<ConfigurationException>(() => AccessKeys.Read(_file, new ClusterKeys(TestReplica.ClusterKey, null)));
        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("short", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeysFile_ThatIsMissing_IsRefusedWithASentence() => Assert.Contains(
        "cannot be read", Assert.Throws<ConfigurationException>(() => AccessKeys.Read(_file + ".not", new ClusterKeys(TestReplica.ClusterKey, null))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Security:KeysFile", "ASPNETCORE_URLS", "http://0.0.0.0:1")]
    [InlineData("Security:KeysFile", "Replication:Address", "0.0.0.0")]
    [InlineData("Security:KeysFile", "Gateways:Resp:Address", "::")]
    [InlineData("Tls:CertificateFile", "ASPNETCORE_URLS", "http://0.0.0.0:1", "Security:KeysFile")]
    [InlineData("Tls:CertificateFile", "Gateways:Text:Address", "192.0.2.1", "Security:KeysFile")]
    [InlineData("Tls:CertificateFile", "ASPNETCORE_URLS", "https://127.0.0.1:1")]
    [InlineData("an IP address", "Replication:Address", "everywhere")]
    public void Replica_ThatOthersCouldReach_RefusesToStartAndSaysWhatToSet(string part, string setting, string value, string? given = null)
    {
        var refused = Assert.Throws<ConfigurationException>(() => ReplicaOptionsReader.Read(Settings((setting, value), (given ?? "Unused", _file))));
        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replica_OnANetworkThatIsEncryptedAlready_MayListenEverywhere()
    {
        var options = ReplicaOptionsReader.Read(Settings(
            ("ASPNETCORE_URLS", "http://0.0.0.0:1"), ("Replication:Address", "0.0.0.0"), ("Security:KeysFile", _file), ("Security:AllowCleartext", "true")));
        Assert.Equal(IPAddress.Any, options.PeerListen);
    }

    private static IConfigurationRoot Settings(params (string Name, string Value)[] changes)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Replica:Name"] = "replica-1",
            ["Replica:Data"] = Path.GetTempPath(),
            ["Cluster:Key"] = TestReplica.ClusterKey,
            ["Replication:Port"] = "2",
            ["URLS"] = "http://127.0.0.1:1",
        };
        foreach (var (name, value) in changes)
        {
            settings[name == "ASPNETCORE_URLS" ? "URLS" : name] = value;
        }

        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }

    // As many wrong keys as a test likes: GuessingTests are about their number.
    private Task<TestReplica> StartAsync() => TestReplica.StartAsync(null, ("Security:KeysFile", _file), ("Limits:WrongKeys", "0"));
}
