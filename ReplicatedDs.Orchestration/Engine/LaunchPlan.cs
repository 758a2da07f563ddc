using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Engine;

/// <summary>
/// How a resource is started: command, folder, arguments and environment, read anew at each start. What AppHost's code sets wins over
/// the launch profile, that over the defaults, those over what is inherited.
/// </summary>
internal sealed class LaunchPlan(IConfiguration configuration, IHostEnvironment environment)
{
    private static readonly string[] NotInherited = ["ASPNETCORE_URLS", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "DOTNET_LAUNCH_PROFILE", "ASPIRE_LOGLEVEL"];

    public async Task<Launch> CreateAsync(Resource resource, CancellationToken cancellationToken)
    {
        var command = resource is ExecutableResource executable
            ? new ProcessStartInfo(executable.Command) { WorkingDirectory = executable.WorkingDirectory }
            : StartOf(resource.Definition.Project!);
        var arguments = new List<object>();
        resource.Definition.Arguments.ForEach(callback => callback(new CommandLineArgsCallbackContext(arguments)));
        foreach (var argument in arguments)
        {
            command.ArgumentList.Add(await ResolveAsync(argument, cancellationToken));
        }

        Array.ForEach(NotInherited, name => command.Environment.Remove(name));
        foreach (var (name, value) in ReadEnvironment(resource))
        {
            command.Environment[name] = await ResolveAsync(value, cancellationToken);
        }

        return new Launch(command, WatchesStandardInput: resource is ProjectResource);
    }

    private ProcessStartInfo StartOf(IProjectMetadata project)
    {
        var assembly = configuration[$"Orchestration:Assemblies:{Path.GetFileNameWithoutExtension(project.ProjectPath)}"] // a test's stand-in
            ?? project.AssemblyPath;
        if (!File.Exists(assembly))
        {
            throw new DistributedApplicationException($"its dll ({assembly}) is not there; build {project.ProjectPath} first");
        }

        var folder = Path.GetDirectoryName(project.ProjectPath);
        return new ProcessStartInfo(DotNetHost(), [assembly]) { WorkingDirectory = Directory.Exists(folder) ? folder : Path.GetDirectoryName(assembly) };
    }

    private Dictionary<string, object> ReadEnvironment(Resource resource)
    {
        var values = resource.Definition.Endpoints.Where(endpoint => endpoint.EnvironmentVariable is not null)
            .ToDictionary(endpoint => endpoint.EnvironmentVariable!, endpoint => (object)endpoint.AllocatedPort!.Value);
        resource.Definition.Environment.ForEach(callback => callback(new EnvironmentCallbackContext(values)));
        if (resource is not ProjectResource)
        {
            return values;
        }

        var urls = resource.Definition.Endpoints.Where(endpoint => endpoint.Scheme is "http" or "https")
            .Select(endpoint => $"{endpoint.Scheme}://localhost:{endpoint.AllocatedPort}");
        values["Lifetime__Parent"] = "stdin";
        values.TryAdd("ASPNETCORE_URLS", string.Join(';', urls));
        values.TryAdd("LOGGING__CONSOLE__FORMATTERNAME", "simple");
        values.TryAdd("LOGGING__CONSOLE__FORMATTEROPTIONS__SINGLELINE", "true"); // one event, one line of the resource's log
        if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 } collector)
        {
            values.TryAdd("OTEL_EXPORTER_OTLP_ENDPOINT", collector);
            values.TryAdd("OTEL_EXPORTER_OTLP_PROTOCOL", configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "grpc");
            values.TryAdd("OTEL_SERVICE_NAME", resource.Name);
            values.TryAdd("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=" + Guid.NewGuid().ToString("N")[..8]);
            values.TryAdd("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory");
            string[] delays = environment.IsDevelopment() ? ["OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"] : [];
            Array.ForEach(delays, delay => values.TryAdd(delay, "1000"));
        }

        return values;
    }

    private static async ValueTask<string> ResolveAsync(object value, CancellationToken cancellationToken) => value is IValueProvider provider
        ? await provider.GetValueAsync(cancellationToken) ?? ""
        : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    /// <summary>The <c>dotnet</c> that runs this process, whatever PATH says.</summary>
    private static string DotNetHost()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var host = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(host) ? host : "dotnet";
    }
}
