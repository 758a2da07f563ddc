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

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    private readonly HttpClient _client;

    public PeerHttp(ReplicaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            ConnectCallback = PeerDialer.ConnectAsync,
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

    /// <exception cref="HttpRequestException">The peer cannot be reached, or only after too long.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A host that is away answers nothing at all, not even that nobody listens: the handler calls that a cancellation.
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"{request.RequestUri!.Authority} did not answer within {ConnectTimeout.TotalSeconds:0.#} s");
        }
    }

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
