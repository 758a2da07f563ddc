namespace Aspire.Hosting;

public static class ParameterResourceBuilderExtensions
{
    /// <summary>A connection string of AppHost's own configuration, <c>ConnectionStrings:name</c>.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        var value = builder.Configuration.GetConnectionString(name)
            ?? throw new DistributedApplicationException($"There is no connection string '{name}'.");
        return ((DistributedApplicationBuilder)builder).Add(new ConnectionStringResource(name, new ReferenceExpression([value])));
    }

    /// <summary>A value from <c>Parameters:name</c> of the configuration, else the given default. Nothing is written to disk here.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        ((DistributedApplicationBuilder)builder).Add(new ParameterResource(name, () => builder.Configuration["Parameters:" + name] ?? value.GetDefaultValue()));
}
