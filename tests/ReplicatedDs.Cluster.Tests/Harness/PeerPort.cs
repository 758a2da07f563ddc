using System.Net;
using System.Net.Http.Headers;

namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>Calls to a replica's <c>peer</c> port: HTTP/2 in clear text with prior knowledge.</summary>
internal static class PeerPort
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

    public static Task<HttpResponseMessage> SendAsync(Uri peer, HttpMethod method, string path, string? clusterKey, HttpContent? content = null)
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

        return Client.SendAsync(request);
    }
}
