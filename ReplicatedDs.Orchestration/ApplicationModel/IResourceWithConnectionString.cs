namespace Aspire.Hosting.ApplicationModel;

public interface IResourceWithConnectionString : IResource
{
    ReferenceExpression ConnectionStringExpression { get; }
}
