using System.Globalization;
using System.Text;

namespace ReplicatedDs.Bench.Report;

/// <summary>The result as pictures: SVG with a light and a dark colour scheme, readable without colours too (every curve and bar has its name).</summary>
internal static class Plots
{
    private const int Width = 760;

    private const string Style = """
        <style>
        text { font: 13px system-ui, sans-serif; fill: #24292f; } .dim { fill: #57606a; } .line { stroke: #d0d7de; } .bound { stroke: #57606a; stroke-dasharray: 4 3; }
        .bar { fill: #0969da; } .low { fill: #cf222e; } .a { stroke: #0969da; fill: #0969da; } .b { stroke: #cf222e; fill: #cf222e; } .c { stroke: #1a7f37; fill: #1a7f37; } .curve { fill: none; stroke-width: 1.8; } .dashed { stroke-dasharray: 5 3; } .away { fill: #57606a; opacity: 0.12; }
        @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3; } .dim { fill: #9198a1; } .line { stroke: #3d444d; } .bound { stroke: #9198a1; }
        .bar { fill: #4493f8; } .low { fill: #f85149; } .a { stroke: #4493f8; fill: #4493f8; } .b { stroke: #f85149; fill: #f85149; } .c { stroke: #3fb950; fill: #3fb950; } .curve { fill: none; } .away { fill: #9198a1; }
        }
        </style>
        """;

    /// <summary>How far each ratio is from its floor and goal, as bars.</summary>
    public static string Ratios(Result result)
    {
        const int Left = 330;
        const int RowHeight = 34;
        var rows = result.Rows.Where(row => row.Verdict is Verdict.RatioUp or Verdict.RatioDown).ToList();
        var height = 50 + (rows.Count * RowHeight);
        var text = Open(height, "Ours divided by the other's, with floor and goal");
        text.Append("<text x=\"8\" y=\"20\">Ours divided by the other's: bar and figure; least and greatest as a thin line; floor ┆ and goal │</text>\n");
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i];
            var y = 36 + (i * RowHeight);
            var most = Math.Max(row.Ratios.Max(), row.Goal ?? 0) * 1.15;
            string X(double value) => Text(Left + (Math.Min(value, most) / most * (Width - Left - 90)));
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 15}\" text-anchor=\"end\">{Escape(row.What)} : {row.Other}</text>\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"<rect class=\"{(row.Reached.Contains("below", StringComparison.Ordinal) ? "low" : "bar")}\" x=\"{Left}\" y=\"{y + 3}\" width=\"{Text(double.Parse(X(row.Judged), CultureInfo.InvariantCulture) - Left)}\" height=\"15\"/>\n");
            text.Append(CultureInfo.InvariantCulture, $"<line class=\"line\" stroke-width=\"3\" x1=\"{X(row.Ratios.Min())}\" x2=\"{X(row.Ratios.Max())}\" y1=\"{y + 22}\" y2=\"{y + 22}\"/>\n");
            Bound(row.Floor, "bound");
            Bound(row.Goal, "line");
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Width - 84}\" y=\"{y + 15}\">{Tables.Number(row.Judged)}</text>\n");

            void Bound(double? bound, string style)
            {
                if (bound is { } value)
                {
                    text.Append(CultureInfo.InvariantCulture, $"<line class=\"{style}\" stroke-width=\"2\" x1=\"{X(value)}\" x2=\"{X(value)}\" y1=\"{y}\" y2=\"{y + 25}\"/>\n");
                }
            }
        }

        return text.Append("</svg>\n").ToString();
    }

    /// <summary>Writes over time through the death of a member and through a partition, one strip for each contender and fault.</summary>
    public static string Outages(Result result)
    {
        const int Strip = 130;
        const int Left = 60;
        var partitions = result.Partitions ?? [];
        var text = Open(30 + ((result.Outages.Count + partitions.Count) * Strip), "Successful writes per second through the death of a member and through a partition");
        text.Append("<text x=\"8\" y=\"18\">Successful writes per second; grey: a member is dead, or cut off with its clients</text>\n");
        var strips = 0;
        for (var i = 0; i < result.Outages.Count; i++)
        {
            var one = result.Outages[i];
            Draw(i, $"{one.Name}: {one.Member} is killed at {one.DiedAt:0} s, started again at {one.BackAt:0} s", one.DiedAt, one.BackAt, one.PerSecond, null);
        }

        for (var i = 0; i < partitions.Count; i++)
        {
            var one = partitions[i];
            Draw(
                i,
                $"{one.Name}: {one.Isolated} cut off from {one.CutAt:0} s to {one.HealedAt:0} s; that side dashed, the other two members' solid",
                one.CutAt,
                one.HealedAt,
                one.Majority.PerSecond,
                one.Minority.PerSecond);
        }

        return text.Append("</svg>\n").ToString();

        void Draw(int contender, FormattableString title, double from, double to, double[] perSecond, double[]? dashed)
        {
            var (top, bottom) = (44 + (strips * Strip), 30 + ((strips + 1) * Strip) - 22);
            strips++;
            var most = Math.Max(perSecond.Max(), dashed?.Max() ?? 0);
            var seconds = perSecond.Length / 10.0;
            text.Append(CultureInfo.InvariantCulture, $"<rect class=\"away\" x=\"{Text(X(from))}\" y=\"{top}\" width=\"{Text(X(to) - X(from))}\" height=\"{bottom - top}\"/>\n");
            text.Append(CultureInfo.InvariantCulture, $"<line class=\"line\" x1=\"{Left}\" x2=\"{Width - 12}\" y1=\"{bottom}\" y2=\"{bottom}\"/>\n");
            text.Append(CultureInfo.InvariantCulture, $"<text class=\"dim\" x=\"{Left - 6}\" y=\"{top + 10}\" text-anchor=\"end\">{most:#,0}</text><text class=\"dim\" x=\"{Left - 6}\" y=\"{bottom}\" text-anchor=\"end\">0</text>\n");
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + 4}\" y=\"{top - 4}\">{Escape(title.ToString(CultureInfo.InvariantCulture))}</text>\n");
            for (var second = 0; second <= seconds; second += 5)
            {
                text.Append(CultureInfo.InvariantCulture, $"<text class=\"dim\" x=\"{Text(X(second))}\" y=\"{bottom + 14}\" text-anchor=\"{(second + 1 > seconds ? "end" : "middle")}\">{second} s</text>\n");
            }

            Curve("", perSecond);
            if (dashed is not null)
            {
                Curve(" dashed", dashed);
            }

            double X(double second) => Left + (second / seconds * (Width - Left - 12));

            void Curve(string style, double[] values)
            {
                var points = values.Select((value, at) => $"{Text(X(at / 10.0))},{Text(bottom - (value / most * (bottom - top)))}");
                text.Append(CultureInfo.InvariantCulture, $"<polyline class=\"curve {(char)('a' + contender)}{style}\" points=\"{string.Join(' ', points)}\"/>\n");
            }
        }
    }

    public static StringBuilder Open(int height, string title) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Escape(title)}\">\n<title>{Escape(title)}</title>\n{Style}\n");

    public static string Text(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
