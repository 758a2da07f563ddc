using System.Text;

namespace Aspire.Hosting.Engine;

/// <summary>Splits a stream into lines, and a line of more than <see cref="LongestLine"/> characters into several: memory stays bounded.</summary>
internal static class LineReader
{
    internal const int LongestLine = 8192;

    public static async Task ReadAsync(TextReader reader, Action<string> line)
    {
        var buffer = new char[4096];
        var text = new StringBuilder();
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            foreach (var character in buffer.AsMemory(0, read).ToArray())
            {
                if (character is not '\n')
                {
                    text.Append(character);
                }

                if (character is '\n' || text.Length == LongestLine)
                {
                    line(text.ToString().TrimEnd('\r'));
                    text.Clear();
                }
            }
        }

        if (text.Length > 0)
        {
            line(text.ToString());
        }
    }
}
