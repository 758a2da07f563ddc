using System.Text.Json;

namespace Aspire.Hosting.Engine;

/// <summary>What a profile of a project's launchSettings.json adds to its resource: endpoints with their ports, and environment variables.</summary>
internal static class LaunchProfile
{
    public static void Apply(string profileName, string projectPath, ResourceDefinition definition)
    {
        var path = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        using var settings = File.Exists(path) ? JsonDocument.Parse(File.ReadAllBytes(path)) : null;
        if (settings is null || !settings.RootElement.GetProperty("profiles").TryGetProperty(profileName, out var profile))
        {
            throw new DistributedApplicationException($"{path} has no profile '{profileName}'.");
        }

        if (profile.TryGetProperty("applicationUrl", out var urls))
        {
            foreach (var url in urls.GetString()!.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => new Uri(text)))
            {
                definition.Endpoints.Add(new EndpointDefinition(url.Scheme, url.Scheme, url.Port, EnvironmentVariable: null));
            }
        }

        var variables = profile.TryGetProperty("environmentVariables", out var set)
            ? set.EnumerateObject().ToDictionary(variable => variable.Name, variable => variable.Value.GetString() ?? "")
            : [];
        variables["DOTNET_LAUNCH_PROFILE"] = profileName;
        definition.Environment.Add(context =>
        {
            foreach (var (name, value) in variables)
            {
                context.EnvironmentVariables.TryAdd(name, value); // AppHost's code wins, whichever ran first
            }
        });
    }
}
