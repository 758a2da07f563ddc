using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>Calls to a replica's <c>peer</c> port: HTTP/2 in clear text with prior knowledge.</summary>
internal static class PeerPort
{
    private static readonly HttpClient Client = From(IPAddress.Any);

    /// <summary>Calls that come from another address of this machine, on connections of their own.</summary>
    public static HttpClient From(IPAddress address) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        Timeout = TimeSpan.FromSeconds(30),
    };

    public static Task<HttpResponseMessage> SendAsync(Uri peer, HttpMethod method, string path, string? clusterKey, HttpContent? content = null, HttpClient? client = null)
    {
        var request = new HttpRequestMessage(method, new Uri(peer, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        if (clusterKey is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", clusterKey);
        }

        return (client ?? Client).SendAsync(request);
    }
}
