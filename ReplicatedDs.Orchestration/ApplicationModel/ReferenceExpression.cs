using System.Runtime.CompilerServices;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Text with values in it that are read each time a resource starts.</summary>
public class ReferenceExpression : IValueProvider
{
    /// <summary>Each part is a string or an <see cref="IValueProvider"/>.</summary>
    private readonly object[] _parts;

    internal ReferenceExpression(IEnumerable<object> parts) => _parts = [.. parts];

    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => new(handler.Parts);

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var text = "";
        foreach (var part in _parts)
        {
            text += part is IValueProvider provider ? await provider.GetValueAsync(cancellationToken) : part;
        }

        return text;
    }

    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        internal List<object> Parts { get; } = new(formattedCount + Math.Min(literalLength, formattedCount + 1));

        public readonly void AppendLiteral(string value) => Parts.Add(value);

        public readonly void AppendFormatted(string? value) => Parts.Add(value ?? "");

        public readonly void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider => Parts.Add(valueProvider);
    }
}
