namespace Aspire.Hosting;

/// <summary>Names a project that AppHost references; generated at build time as <c>Projects.My_Service</c>.</summary>
public interface IProjectMetadata
{
    string ProjectPath { get; }

    /// <value>The built dll. Not a member of Aspire's: its orchestrator runs <c>dotnet run</c>, this engine starts the dll.</value>
    string? AssemblyPath => null;
}
