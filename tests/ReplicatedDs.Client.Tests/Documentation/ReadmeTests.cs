namespace ReplicatedDs.Client.Tests.Documentation;

public class ReadmeTests
{
    [Fact]
    public void Snippets_AreCompiled()
    {
        var compiled = Lines(Read("ReadmeSnippets.cs"));
        var snippets = Read("README.md").Split("```csharp\n").Skip(1).Select(part => Lines(part.Split("```")[0])).ToList();

        Assert.True(snippets.Count >= 8, $"The README has {snippets.Count} snippets.");
        Assert.All(snippets, snippet => Assert.Contains(snippet, compiled, StringComparison.Ordinal));
    }

    /// <summary>Without indentation and blank lines.</summary>
    private static string Lines(string text) =>
        string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));

    private static string Read(string name)
    {
        using var stream = typeof(ReadmeTests).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
