using System.Globalization;
using ReplicatedDs.Bench.Report;

namespace ReplicatedDs.Bench.Scale;

/// <summary>Four small pictures with one scale across: replicas to the right, a cost upwards, both logarithmic.</summary>
internal static class ScalePlot
{
    private const int Side = 370;
    private const int Tall = 210;

    public static string Draw(IReadOnlyList<ScaleResult> results)
    {
        var text = Plots.Open(2 * Tall, "What a write costs, by the number of replicas");
        Panel(0, "Messages on all lines, by write", one => one.Messages, "0.#");
        Panel(1, "Metadata of an update on one line, bytes", one => one.ClockBytes, "0");
        Panel(2, "Core, by write and replica, µs", one => one.CpuHere, "0.#");
        Panel(3, "Visible elsewhere, p99, ms", one => one.VisibleSlow, "0");
        return text.Append("</svg>\n").ToString();

        void Panel(int number, string title, Func<ScaleResult, double> value, string format)
        {
            var (left, top) = (30 + (number % 2 * Side), number / 2 * Tall);
            var (least, most) = (Math.Log(results.Min(value) * 0.8), Math.Log(results.Max(value) * 1.3));
            string X(ScaleResult one) => Plots.Text(left + 20 + ((Math.Log(one.Replicas) - Math.Log(3)) / (Math.Log(100) - Math.Log(3)) * (Side - 90)));
            string Y(ScaleResult one) => Plots.Text(top + Tall - 40 - ((Math.Log(value(one)) - least) / Math.Max(most - least, 0.1) * (Tall - 90)));
            text.Append(CultureInfo.InvariantCulture, $"<text x=\"{left}\" y=\"{top + 20}\">{title}</text>\n");
            text.Append(CultureInfo.InvariantCulture, $"<line class=\"line\" x1=\"{left}\" x2=\"{left + Side - 50}\" y1=\"{top + Tall - 34}\" y2=\"{top + Tall - 34}\"/>\n");
            text.Append(CultureInfo.InvariantCulture, $"<polyline class=\"a curve\" points=\"{string.Join(' ', results.Select(one => $"{X(one)},{Y(one)}"))}\"/>\n");
            foreach (var one in results)
            {
                text.Append(CultureInfo.InvariantCulture, $"<circle class=\"a\" r=\"3\" cx=\"{X(one)}\" cy=\"{Y(one)}\"/>\n");
                text.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(one)}\" y=\"{double.Parse(Y(one), CultureInfo.InvariantCulture) - 8}\" text-anchor=\"middle\">{value(one).ToString(format, CultureInfo.InvariantCulture)}</text>\n");
                text.Append(CultureInfo.InvariantCulture, $"<text class=\"dim\" x=\"{X(one)}\" y=\"{top + Tall - 18}\" text-anchor=\"middle\">{one.Replicas}</text>\n");
            }
        }
    }
}
