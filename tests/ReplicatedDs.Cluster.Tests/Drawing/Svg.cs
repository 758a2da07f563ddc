using System.Globalization;
using System.Text;

namespace ReplicatedDs.Cluster.Tests.Drawing;

/// <summary>Lines of a drawing, with numbers as SVG wants them. Its colors follow the reader's light or dark theme.</summary>
internal sealed class Svg
{
    private readonly StringBuilder _text = new();

    /// <param name="title">What it shows, in a few words.</param>
    /// <param name="description">The same for those who cannot see it.</param>
    public Svg(int width, int height, string title, string description)
    {
        Line($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="title description">""");
        Line($"<title id=\"title\">{title}</title>");
        Line($"<desc id=\"description\">{description}</desc>");
        Line($$"""
            <style>
            svg { font: 12px system-ui, sans-serif; background: #ffffff }
            text { fill: #1f2328 } .quiet { fill: #59636e } .axis { stroke: #d1d9e0 } .rate { fill: #0969da; fill-opacity: .18; stroke: #0969da; stroke-width: 1.2 } .fault { fill: #bc4c00 }
            .line { fill: none; stroke: #0969da; stroke-width: 1.2; stroke-opacity: .7 }
            @media (prefers-color-scheme: dark) {
            svg { background: #0d1117 }
            text { fill: #f0f6fc } .quiet { fill: #9198a1 } .axis { stroke: #3d444d } .rate { fill: #4493f8; fill-opacity: .22; stroke: #4493f8 } .fault { fill: #f0883e }
            .line { stroke: #4493f8 }
            }
            </style>
            """);
    }

    public void Line(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    /// <summary>The whole drawing.</summary>
    public override string ToString() => _text + "</svg>\n";
}
