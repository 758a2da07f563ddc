using System.Net;
using System.Net.Http.Headers;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Replication;

/// <summary>
/// The HTTP client for the <c>peer</c> port: HTTP/2 in clear text with prior knowledge, the cluster key on every request, dead connections
/// noticed by pings. No retries underneath: the replication protocol is the retry.
/// </summary>
public sealed class PeerHttp : IDisposable
{
    public const string StreamContentType = "application/vnd.replicated-ds.stream.v1";

    private readonly HttpClient _client;

    public PeerHttp(ReplicaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            KeepAlivePingDelay = TimeSpan.FromSeconds(2),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(3),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            InitialHttp2StreamWindowSize = 4 << 20,
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = options.Tls?.ForClients() ?? new(),
            // Updates carry their own trace contexts; a span per message would drown them.
            ActivityHeadersPropagator = null,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ClusterKeys.Current);
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public async Task<HttpResponseMessage> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        return await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _client.Dispose();
}
