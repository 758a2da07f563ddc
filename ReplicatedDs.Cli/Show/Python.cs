using System.Globalization;
using System.Text;

namespace ReplicatedDs.Cli.Show;

/// <summary>Values as Python prints them: the original's console printed its dictionaries.</summary>
internal static class Python
{
    public static string Of(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        string text => Quote(text),
        Tuple tuple => $"({string.Join(", ", tuple.Items.Select(Of))}{(tuple.Items.Count == 1 ? "," : "")})",
        IEnumerable<KeyValuePair<object, object?>> map => $"{{{string.Join(", ", map.Select(pair => $"{Of(pair.Key)}: {Of(pair.Value)}"))}}}",
        IEnumerable<object?> list => $"[{string.Join(", ", list.Select(Of))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quote(value.ToString() ?? ""),
    };

    /// <summary>As <c>repr</c> does: in single quotes, or in double ones if that saves an escape.</summary>
    private static string Quote(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var quoted = new StringBuilder().Append(quote);
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '\\' => @"\\",
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                _ when c == quote => $@"\{c}",
                < ' ' or (>= '\x7f' and <= '\xa0') => string.Create(CultureInfo.InvariantCulture, $@"\x{(int)c:x2}"),
                _ => c.ToString(),
            });
        }

        return quoted.Append(quote).ToString();
    }

    internal sealed record Tuple(IReadOnlyList<object?> Items);
}
