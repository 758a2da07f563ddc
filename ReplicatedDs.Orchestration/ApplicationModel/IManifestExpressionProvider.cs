namespace Aspire.Hosting.ApplicationModel;

public interface IManifestExpressionProvider;
