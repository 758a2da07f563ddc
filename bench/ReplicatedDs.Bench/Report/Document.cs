namespace ReplicatedDs.Bench.Report;

/// <summary>Puts tables into a document, between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>; the words around them are written by hand.</summary>
internal static class Document
{
    public static void Render(Result result, string root)
    {
        var images = Directory.CreateDirectory(Path.Combine(root, "docs", "images")).FullName;
        File.WriteAllText(Path.Combine(images, "bench-ratios.svg"), Plots.Ratios(result));
        File.WriteAllText(Path.Combine(images, "bench-availability.svg"), Plots.Outages(result));
        var path = Path.Combine(root, "docs", "benchmarks.md");
        foreach (var (name, table) in (ReadOnlySpan<(string, string)>)[
            ("environment", Tables.Environment(result)), ("rows", Tables.Rows(result)), ("outages", Tables.Outages(result)),
            ("partitions", Tables.Partitions(result))])
        {
            Put(path, name, table);
        }
    }

    public static void Put(string path, string name, string table)
    {
        var text = File.ReadAllText(path);
        var (begin, end) = ($"<!-- {name} -->\n", $"<!-- /{name} -->");
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        var to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            throw new InvalidOperationException($"{path} has no place for the table '{name}'.");
        }

        File.WriteAllText(path, text[..(from + begin.Length)] + "\n" + table + "\n" + text[to..]);
    }
}
