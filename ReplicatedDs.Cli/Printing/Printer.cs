using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReplicatedDs.Cli.Shell;
using Spectre.Console;

namespace ReplicatedDs.Cli.Printing;

/// <summary>
/// Prints results: tables and colours on a terminal, columns separated by tabs when piped, JSON when asked. What comes from the cluster is never
/// taken for markup or for a terminal's control sequence.
/// </summary>
internal sealed class Printer
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    private readonly Surroundings _surroundings;

    public Printer(Surroundings surroundings, bool isJson)
    {
        _surroundings = surroundings;
        IsJson = isJson;
        IsTerminal = surroundings.IsTerminal && !isJson;
        var hasColours = string.IsNullOrEmpty(surroundings.Variable("NO_COLOR")) && surroundings.Variable("TERM") != "dumb";
        Terminal = Create(surroundings.Out, IsTerminal && hasColours, IsTerminal);
        if (surroundings.Columns is { } columns)
        {
            Terminal.Profile.Width = columns;
        }

        ErrorTerminal = Create(surroundings.Error, surroundings.IsErrorTerminal && hasColours, surroundings.IsErrorTerminal);
    }

    public bool IsJson { get; }

    /// <value>People read it.</value>
    public bool IsTerminal { get; }

    public IAnsiConsole Terminal { get; }

    /// <value>For progress: the output stays clean.</value>
    public IAnsiConsole ErrorTerminal { get; }

    /// <summary>Whether progress can be drawn.</summary>
    public bool ShowsProgress => _surroundings.IsErrorTerminal;

    /// <summary>One line of JSON.</summary>
    public void Json(object? value) => _surroundings.Out.WriteLine(JsonSerializer.Serialize(value, JsonOptions));

    /// <summary>A line of plain text.</summary>
    public void Line(string text = "") => _surroundings.Out.WriteLine(IsTerminal ? Visible(text) : text);

    /// <summary>A line with Spectre's markup; escape what comes from elsewhere. Piped, it is plain.</summary>
    public void Markup(string markup)
    {
        if (IsTerminal)
        {
            Terminal.MarkupLine(markup);
        }
        else
        {
            _surroundings.Out.WriteLine(Spectre.Console.Markup.Remove(markup));
        }
    }

    /// <summary>A remark on the side, for people; it goes to the error output.</summary>
    public void Note(string text)
    {
        if (_surroundings.IsErrorTerminal)
        {
            ErrorTerminal.MarkupLine($"[grey]{Safe(text)}[/]");
        }
        else
        {
            _surroundings.Error.WriteLine($"rds: {text}");
        }
    }

    /// <summary>Bytes as they are; on a terminal what is no text is shown, not sent.</summary>
    public void Bytes(ReadOnlyMemory<byte> value)
    {
        if (IsTerminal)
        {
            Line(Shown(value.Span));
            return;
        }

        _surroundings.Out.Flush();
        _surroundings.OutBytes.Write(value.Span);
        _surroundings.OutBytes.Flush();
    }

    /// <summary>Rows under headers. Cells are plain text.</summary>
    /// <param name="style">May give a cell a colour, by row and column.</param>
    /// <param name="dispensable">Columns that a terminal without room for them does without, the first one first.</param>
    public void Table(
        IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows, Func<IReadOnlyList<string>, int, string?>? style = null, IReadOnlyList<string>? dispensable = null)
    {
        if (!IsTerminal)
        {
            _surroundings.Out.WriteLine(string.Join('\t', headers));
            foreach (var row in rows)
            {
                _surroundings.Out.WriteLine(string.Join('\t', row.Select(cell => Visible(cell))));
            }

            return;
        }

        var all = rows.ToList();
        var left = Enumerable.Range(0, headers.Count).ToList();
        var without = (dispensable ?? []).TakeWhile(header => Width() > Terminal.Profile.Width && left.Remove(headers.ToList().IndexOf(header))).ToList();
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (var column in left)
        {
            table.AddColumn(new TableColumn(new Markup($"[bold]{Safe(headers[column])}[/]")));
        }

        foreach (var row in all)
        {
            table.AddRow(left.Select(column => style?.Invoke(row, column) is { } colour ? new Markup($"[{colour}]{Safe(row[column])}[/]") : new Markup(Safe(row[column]))));
        }

        Terminal.Write(table);
        if (without.Count > 0)
        {
            Note($"A wider terminal also shows: {string.Join(", ", without)}.");
        }

        // A border and a blank on either side of each cell.
        int Width() => 1 + left.Sum(column => 3 + all.Select(row => Visible(row[column]).Length).Append(headers[column].Length).Max());
    }

    /// <summary>Text for markup: nothing in it is taken for markup or control.</summary>
    public static string Safe(string text) => Spectre.Console.Markup.Escape(Visible(text));

    /// <summary>Control characters as pictures or escapes, so that a value cannot steer the terminal or break a column.</summary>
    public static string Visible(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            visible.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' or (>= '\x7f' and <= '\x9f') => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => c.ToString(),
            });
        }

        return visible.ToString();
    }

    /// <summary>A value for people: its text, or what its bytes look like.</summary>
    public static string Shown(ReadOnlySpan<byte> value)
    {
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true);
        try
        {
            return text.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            var hex = Convert.ToHexStringLower(value[..Math.Min(value.Length, 64)]);
            return string.Create(CultureInfo.InvariantCulture, $"{value.Length} bytes that are not text: {hex}{(value.Length > 64 ? "…" : "")}");
        }
    }

    /// <summary>At most <paramref name="length"/> characters of it.</summary>
    public static string Short(string text, int length = 60) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static IAnsiConsole Create(TextWriter writer, bool hasColours, bool isTerminal) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = hasColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = isTerminal ? InteractionSupport.Yes : InteractionSupport.No,
    });
}
