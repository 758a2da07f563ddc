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
        for (var read = -1; read != 0;)
        {
            read = await reader.ReadAsync(buffer);
            for (var i = 0; i < read; i++)
            {
                text.Append(buffer[i]);
                if (buffer[i] == '\n' || text.Length == LongestLine)
                {
                    line(text.ToString().TrimEnd('\n', '\r'));
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
