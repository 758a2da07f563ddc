namespace Aspire.Hosting.ApplicationModel;

public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property) : IValueProvider, IManifestExpressionProvider
{
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => new(endpointReference.Read(property));
}
