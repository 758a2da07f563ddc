namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known only when a resource starts.</summary>
public interface IValueProvider
{
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}
