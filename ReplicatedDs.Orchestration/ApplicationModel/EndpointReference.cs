using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint of a resource by name. Its port is known once endpoints are allocated, before anything starts.</summary>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName)
{
    public int Port => Definition?.AllocatedPort ?? throw new InvalidOperationException($"The endpoint '{endpointName}' of '{owner.Name}' has no port yet.");

    private EndpointDefinition? Definition => ((Resource)owner).Definition.Endpoints.Find(endpoint => endpoint.Name == endpointName);

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    internal string Read(EndpointProperty property) => property switch
    {
        EndpointProperty.IPV4Host => "127.0.0.1",
        EndpointProperty.Port or EndpointProperty.TargetPort => Port.ToString(CultureInfo.InvariantCulture), // no proxy: the same
        EndpointProperty.Scheme => Definition!.Scheme,
        _ => $"localhost:{Port}",
    };
}
