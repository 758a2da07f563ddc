using System.Text.RegularExpressions;

namespace ReplicatedDs.Cli.Tests.Documents;

/// <summary>One command of a document and what the document says that it prints.</summary>
internal sealed record ConsoleBlock(string Command, IReadOnlyList<string> Output)
{
    /// <summary>The commands of all <c>console</c> blocks, in order.</summary>
    public static IReadOnlyList<ConsoleBlock> Of(string document)
    {
        var blocks = new List<ConsoleBlock>();
        foreach (var block in document.Split("```console\n").Skip(1).Select(part => part.Split("\n```")[0]))
        {
            foreach (var line in block.Split('\n'))
            {
                if (line.StartsWith("$ ", StringComparison.Ordinal))
                {
                    blocks.Add(new ConsoleBlock(line[2..], []));
                }
                else
                {
                    blocks[^1] = blocks[^1] with { Output = [.. blocks[^1].Output, line] };
                }
            }
        }

        return blocks;
    }

    /// <summary>Whether it printed that: any names of updates will do, and anything where the document says <c>…</c>.</summary>
    public bool Prints(string printed)
    {
        var lines = printed.TrimEnd('\n').Split('\n');
        return lines.Length == Output.Count && lines.Zip(Output).All(pair => Regex.IsMatch(pair.First, $"^{Pattern(pair.Second)}$"));
    }

    private static string Pattern(string line) => Regex.Replace(Regex.Escape(line).Replace("…", ".*", StringComparison.Ordinal), @"\d+\\\#\d+", @"\d+#\d+");
}
