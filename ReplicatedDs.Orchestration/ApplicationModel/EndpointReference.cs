using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint of a resource by name. Its port is known once endpoints are allocated, before anything starts.</summary>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IValueProvider
{
    public bool IsAllocated => Definition is { AllocatedPort: not null };

    public string Host => "localhost";

    public int Port => Definition?.AllocatedPort ?? throw new InvalidOperationException($"The endpoint '{endpointName}' of '{owner.Name}' has no port yet.");

    public string Url => $"{Definition?.Scheme}://{Host}:{Port}";

    private EndpointDefinition? Definition => ((Resource)owner).Definition.Endpoints.Find(endpoint => endpoint.Name == endpointName);

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(Url);

    internal string Read(EndpointProperty property) => property switch
    {
        EndpointProperty.Url => Url,
        EndpointProperty.Host => Host,
        EndpointProperty.IPV4Host => "127.0.0.1",
        EndpointProperty.Port or EndpointProperty.TargetPort => Port.ToString(CultureInfo.InvariantCulture), // no proxy: the same
        EndpointProperty.Scheme => Definition!.Scheme,
        _ => $"{Host}:{Port}",
    };
}
