namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that stays the same while the application lives.</summary>
public class ParameterResource : Resource, IValueProvider
{
    private readonly Lazy<string> _value;

    internal ParameterResource(string name, Func<string> value)
        : base(name) => _value = new Lazy<string>(value);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_value.Value);
}
