using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ReplicatedDs.Dashboard.Tests.StandIn;

namespace ReplicatedDs.Dashboard.Tests.Access;

public sealed class TlsTests
{
    [Fact]
    public async Task Dashboard_WithACertificate_SpeaksTlsAndItsCookieIsForTlsOnly()
    {
        var folder = Directory.CreateTempSubdirectory("replicated-ds-tls-").FullName;
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            var (certificateFile, keyFile) = (Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "key.pem"));
            await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
            var port = StandInPort.Take();
            await using var app = DashboardHost.Create(
                [.. StandInCluster.AloneArguments(port, RunningDashboard.Token), "--urls", $"https://127.0.0.1:{port}", "--Tls:CertificateFile", certificateFile, "--Tls:KeyFile", keyFile, "--Logging:LogLevel:Default", "None"]);
            await app.StartAsync();
            using var http = new HttpClient(new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, seen, _, _) => seen?.GetCertHashString() == certificate.GetCertHashString() },
            });
            using var login = await http.GetAsync(new Uri($"https://127.0.0.1:{port}/login?t={RunningDashboard.Token}"));
            Assert.Equal(HttpStatusCode.Redirect, login.StatusCode);
            Assert.Contains("secure", Assert.Single(login.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
