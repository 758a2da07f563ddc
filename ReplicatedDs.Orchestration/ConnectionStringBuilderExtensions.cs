namespace Aspire.Hosting;

public static class ConnectionStringBuilderExtensions
{
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression) =>
        ((DistributedApplicationBuilder)builder).Add(new ConnectionStringResource(name, connectionStringExpression));
}
