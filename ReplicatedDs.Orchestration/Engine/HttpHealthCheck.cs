namespace Aspire.Hosting.Engine;

/// <summary>Healthy when a GET of the path answers the expected status within two seconds.</summary>
internal sealed class HttpHealthCheck(EndpointReference endpoint, string path, int statusCode) : IHealthCheck
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(2),
    };

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // The IPv4 address: a service may listen there alone, and "localhost" would try ::1 first.
            var address = new Uri($"{endpoint.Read(EndpointProperty.Scheme)}://{endpoint.Read(EndpointProperty.IPV4Host)}:{endpoint.Port}{path}");
            using var answer = await Client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)answer.StatusCode == statusCode
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"{address} answered {(int)answer.StatusCode}, not {statusCode}");
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
