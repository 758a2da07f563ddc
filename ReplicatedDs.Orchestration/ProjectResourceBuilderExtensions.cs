namespace Aspire.Hosting;

public static class ProjectResourceBuilderExtensions
{
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the resource.</param>
    /// <param name="launchProfileName">A profile of the project's launchSettings.json; null: none, the environment is then Production unless it is set.</param>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new()
    {
        var resource = new ProjectResource(name);
        resource.Definition.Project = new TProject();
        if (launchProfileName is not null)
        {
            LaunchProfile.Apply(launchProfileName, resource.Definition.Project.ProjectPath, resource.Definition);
        }

        return ((DistributedApplicationBuilder)builder).Add(resource);
    }
}
