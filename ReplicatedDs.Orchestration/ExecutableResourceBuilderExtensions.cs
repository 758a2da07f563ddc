namespace Aspire.Hosting;

public static class ExecutableResourceBuilderExtensions
{
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args)
    {
        var resource = new ExecutableResource(name, command, workingDirectory);
        resource.Definition.Arguments.Add(context => Array.ForEach(args ?? [], context.Args.Add));
        return ((DistributedApplicationBuilder)builder).Add(resource);
    }
}
