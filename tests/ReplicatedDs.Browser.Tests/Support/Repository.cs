namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>Where this checkout and what it built are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string ProjectFolder(string project) => Path.Combine(Root, project);

    /// <summary>The project's dll in the same configuration as these tests.</summary>
    public static string BuiltDll(string project)
    {
        // …/tests/X/bin/<Configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var dll = Path.Combine(Root, project, "bin", framework.Parent!.Name, framework.Name, project + ".dll");
        return File.Exists(dll) ? dll : throw new InvalidOperationException($"{dll} is not there: build the solution first.");
    }

    public static string Screenshots { get; } = Directory.CreateDirectory(
        Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } given ? given : Path.Combine(Root, "artifacts", "screenshots")).FullName;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ReplicatedDs.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("ReplicatedDs.sln was not found above " + AppContext.BaseDirectory);
    }
}
