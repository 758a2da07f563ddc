using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cli.Tests.Documents;

/// <summary>One fenced block of a document.</summary>
/// <param name="Language">As the fence names it; <c>""</c>: a figure or output.</param>
internal sealed record Snippet(string Document, string Language, string Text)
{
    /// <value>Its first line that is no comment, without one behind it: names it within its document.</value>
    public string Title => (Text.Split('\n').FirstOrDefault(line => line.Length > 0 && line[0] != '#') ?? "").Split("  ")[0];

    /// <summary>Every one for people to type or copy, in everything that people read.</summary>
    public static IReadOnlyList<Snippet> All { get; } =
    [
        .. new[] { "README.md", "CONTRIBUTING.md", "ReplicatedDs.Client/README.md" }
            .Concat(Directory.GetFiles(Path.Combine(Programs.Root, "docs"), "*.md").Select(path => "docs/" + Path.GetFileName(path)).Order(StringComparer.Ordinal))
            .SelectMany(Of),
    ];

    public static string Read(string document) => File.ReadAllText(Path.Combine(Programs.Root, document)).ReplaceLineEndings("\n");

    private static IEnumerable<Snippet> Of(string document)
    {
        string? language = null;
        var lines = new List<string>();
        foreach (var line in Read(document).Split('\n'))
        {
            if (!line.StartsWith("```", StringComparison.Ordinal))
            {
                lines.Add(line);
                continue;
            }

            if (language is { Length: > 0 })
            {
                yield return new Snippet(document, language, string.Join('\n', lines));
            }

            language = language is null ? line[3..] : null;
            lines.Clear();
        }
    }
}
