namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>Plain HTTP calls.</summary>
internal static class Http
{
    public static HttpClient Client { get; } = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        MaxConnectionsPerServer = 128,
    })
    {
        Timeout = TimeSpan.FromSeconds(75), // a join is allowed a minute
    };

    public static async Task<Answer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken = default)
    {
        using (request)
        {
            using var response = await Client.SendAsync(request, cancellationToken);
            return await ReadAsync(request, response, cancellationToken);
        }
    }

    public static async Task<Answer> ReadAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken = default)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return new Answer($"{request.Method} {request.RequestUri}", response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "", body, headers);
    }
}
