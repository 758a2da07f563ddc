using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>
/// Two replicas with certificates of one authority and a file of keys, started by hand: every listener speaks TLS, replicas show each other
/// certificates, and nobody comes in otherwise.
/// </summary>
public sealed class TlsTests : IDisposable
{
    private const string ClusterKey = "a cluster key of the TLS tests";
    private const string Writer = "a key that may write";

    private readonly TestFolder _folder = new();
    private readonly X509Certificate2 _authority = Authority("authority");
    private readonly int[] _ports = [.. Enumerable.Range(0, 8).Select(_ => Ports.Free())];

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Replicas_WithCertificates_TalkToEachOtherAndToClientsThatHaveAKey()
    {
        await File.WriteAllTextAsync(PathOf("ca.pem"), _authority.ExportCertificatePem());
        await File.WriteAllTextAsync(PathOf("keys.json"), $$"""{"keys":[{"name":"test","role":"write","key":"{{Writer}}"}]}""");
        await IssueAsync(_authority, "replica");

        await using var one = Start(1, found: true);
        using var client = Client();
        await ServesAsync(one, client, 1);
        await using var two = Start(2, found: false);
        await ServesAsync(two, client, 2);

        // What is written at one is read at the other, so the peers trust each other's certificates.
        using (var written = await client.PutAsync(Http(1, "/kv/x"), new StringContent("1")))
        {
            Assert.Equal(HttpStatusCode.OK, written.StatusCode);
        }

        await Eventually.SeesAsync("the other replica shows the value", () => client.GetStringOrStatusAsync(Http(2, "/kv/x")), text => text == "1");

        // The gateway for Redis clients, in TLS, with a key.
        Assert.Equal("+OK\r\n$1\r\n1\r\n", await RespAsync(2, $"AUTH {Writer.Replace(" ", "\u0001")}\r\n", "GET x\r\n"));

        // Without a key; in clear text; with a certificate that nobody of theirs issued.
        using (var stranger = new HttpClient(Trusting()))
        {
            Assert.Equal("401", await stranger.GetStringOrStatusAsync(Http(1, "/kv/x")));
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri($"http://127.0.0.1:{_ports[0]}/kv/x")));
        using var other = Authority("another authority");
        using var impostor = new HttpClient(Trusting(Issue(other, "replica")));
        impostor.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ClusterKey);
        await Assert.ThrowsAsync<HttpRequestException>(() => PeerAsync(impostor));
        using var anonymous = new HttpClient(Trusting());
        anonymous.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ClusterKey);
        await Assert.ThrowsAsync<HttpRequestException>(() => PeerAsync(anonymous));
        using var peer = new HttpClient(Trusting(Issue(_authority, "replica")));
        peer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ClusterKey);
        using var answer = await PeerAsync(peer);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task CertificateThatCannotBeRead_IsRefusedWithASentence()
    {
        await File.WriteAllTextAsync(PathOf("replica.pem"), "no certificate");
        await File.WriteAllTextAsync(PathOf("replica.key"), "no key");
        var environment = Environment(1, found: true);
        environment.Remove("Tls__AuthorityFile");
        Refusal.Check(await ProgramProcess.RunAsync(Programs.Replica, [], environment), "cannot be read");
    }

    private ProgramProcess Start(int number, bool found) => ProgramProcess.Start(Programs.Replica, [], Environment(number, found));

    private Dictionary<string, string> Environment(int number, bool found) => new()
    {
        ["ASPNETCORE_URLS"] = $"https://127.0.0.1:{_ports[number - 1]}",
        ["Replication__Port"] = $"{_ports[number + 1]}",
        ["Gateways__Resp__Port"] = $"{_ports[number + 3]}",
        ["Gateways__Text__Port"] = $"{_ports[number + 5]}",
        ["Replica__Name"] = $"replica-{number}",
        ["Replica__Data"] = PathOf($"replica-{number}"),
        ["Replica__Found"] = found ? "true" : "false",
        ["Cluster__Key"] = ClusterKey,
        ["Cluster__Members"] = $"replica-1=https://127.0.0.1:{_ports[0]};replica-2=https://127.0.0.1:{_ports[1]}",
        ["Cluster__Peers"] = $"replica-1=https://127.0.0.1:{_ports[2]};replica-2=https://127.0.0.1:{_ports[3]}",
        ["Ids__File"] = PathOf("ids.json"),
        ["Security__KeysFile"] = PathOf("keys.json"),
        ["Tls__CertificateFile"] = PathOf("replica.pem"),
        ["Tls__KeyFile"] = PathOf("replica.key"),
        ["Tls__AuthorityFile"] = PathOf("ca.pem"),
    };

    private string PathOf(string name) => Path.Combine(_folder.Path, name);

    private Uri Http(int number, string path) => new($"https://127.0.0.1:{_ports[number - 1]}{path}");

    private async Task ServesAsync(ProgramProcess process, HttpClient client, int number) => await Eventually.SeesAsync(
        $"replica-{number} serves",
        async () => process.HasExited ? process.Output : await client.GetStringOrStatusAsync(Http(number, "/health")),
        text => text.StartsWith('{'),
        TestCluster.StartDeadline);

    private Task<HttpResponseMessage> PeerAsync(HttpClient client) => client.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri($"https://127.0.0.1:{_ports[2]}/replication/cluster"))
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    });

    private async Task<string> RespAsync(int number, params string[] commands)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _ports[number + 3]);
        await using var secure = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => IsOurs(certificate));
        await secure.AuthenticateAsClientAsync("127.0.0.1");
        var text = new StringBuilder();
        var buffer = new byte[256];
        foreach (var command in commands)
        {
            var words = command.TrimEnd().Split(' ').Select(word => word.Replace('\u0001', ' ')).ToList();
            await secure.WriteAsync(Encoding.UTF8.GetBytes($"*{words.Count}\r\n{string.Concat(words.Select(word => $"${word.Length}\r\n{word}\r\n"))}"));
            text.Append(Encoding.UTF8.GetString(buffer, 0, await secure.ReadAsync(buffer).AsTask().WaitAsync(Eventually.Patience)));
        }

        return text.ToString();
    }

    private HttpClient Client()
    {
        var client = new HttpClient(Trusting());
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Writer);
        return client;
    }

    private SocketsHttpHandler Trusting(X509Certificate2? own = null) => new()
    {
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, _) => IsOurs(certificate),
            ClientCertificates = own is null ? null : [own],
            EnabledSslProtocols = SslProtocols.None,
        },
    };

    private bool IsOurs(X509Certificate? certificate) => certificate?.Issuer == _authority.Subject;

    private async Task IssueAsync(X509Certificate2 authority, string name)
    {
        using var certificate = Issue(authority, name);
        await File.WriteAllTextAsync(PathOf($"{name}.pem"), certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(PathOf($"{name}.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        using var whole = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}

file static class Answers
{
    /// <summary>The body of a 2xx answer; else the status, or why there was none.</summary>
    public static async Task<string> GetStringOrStatusAsync(this HttpClient client, Uri address)
    {
        try
        {
            using var response = await client.GetAsync(address);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : $"{(int)response.StatusCode}";
        }
        catch (HttpRequestException exception)
        {
            return exception.Message;
        }
    }
}
