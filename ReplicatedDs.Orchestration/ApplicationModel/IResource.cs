namespace Aspire.Hosting.ApplicationModel;

/// <summary>A named part of the application.</summary>
public interface IResource
{
    string Name { get; }
}
