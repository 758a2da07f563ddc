namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>Where the programs under test were built: the same configuration as the tests themselves.</summary>
internal static class Programs
{
    public static string Root { get; } = FindRoot();

    public static string AppHost => Built("ReplicatedDs.AppHost");

    public static string Replica => Built("ReplicatedDs.Replica");

    public static string Dashboard => Built("ReplicatedDs.Dashboard");

    private static string Built(string project)
    {
        // …/bin/Debug/net10.0/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var output = Path.GetFileName(Path.GetDirectoryName(framework.Parent!.FullName)!); // bin or bin-full
        var path = Path.Combine(Root, project, output, framework.Parent!.Name, framework.Name, project + ".dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built: there is no {path}. Build the solution first.");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ReplicatedDs.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds ReplicatedDs.sln.");
    }
}
