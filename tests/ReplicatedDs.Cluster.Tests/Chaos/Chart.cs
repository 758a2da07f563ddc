using System.Globalization;
using ReplicatedDs.Cluster.Tests.Drawing;

namespace ReplicatedDs.Cluster.Tests.Chaos;

/// <summary>Draws a run: successful writes per second at each place, and below them when which fault was there. Plain SVG that follows the reader's light or dark theme.</summary>
internal static class Chart
{
    private const int Left = 128;
    private const int Right = 16;
    private const int Width = 1000;
    private const int LaneHeight = 44;
    private const int FaultHeight = 16;
    private const int Top = 44;

    public static string Draw(ChaosResult result)
    {
        var seconds = (int)Math.Ceiling(result.Elapsed.TotalSeconds);
        var writes = result.Tally.PerSecond(seconds);
        var step = Math.Max(1, seconds / 300); // seconds that one point of a line stands for
        var rates = writes.Select(one => one.Chunk(step).Select(part => part.Average()).ToArray()).ToArray();
        var most = Math.Max(1, rates.Max(one => one.Max()));
        var kinds = result.Faults.Select(fault => fault.Kind).Distinct().ToList();
        var faultsTop = Top + (rates.Length * LaneHeight) + 28;
        var height = faultsTop + (kinds.Count * FaultHeight) + 40;
        double X(double second) => Left + (second / seconds * (Width - Left - Right));

        var svg = new Svg(
            Width,
            height,
            $"Writes per second per replica through {result.Faults.Count} faults",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Places.Count} small line charts, one per place of a replica, over {seconds} seconds; the highest point is {most:0} writes per second. Below them one row per kind of fault with a bar wherever it was there: {string.Join(", ", kinds.Select(kind => $"{kind} {result.Faults.Count(fault => fault.Kind == kind)} times"))}."));
        svg.Line($"""<text x="{Left}" y="20" font-weight="600">Successful writes per second at each replica</text>""");
        svg.Line($"""<text x="{Width - Right}" y="20" text-anchor="end" class="quiet">each row 0 to {most:0}</text>""");
        for (var place = 0; place < rates.Length; place++)
        {
            var bottom = Top + ((place + 1) * LaneHeight) - 6;
            var points = rates[place].Select((rate, i) => string.Create(
                CultureInfo.InvariantCulture, $"{X(Math.Min(seconds, (i + 0.5) * step)):0.#},{bottom - (rate / most * (LaneHeight - 10)):0.#}"));
            svg.Line($"""<text x="{Left - 12}" y="{bottom - 8}" text-anchor="end">{result.Places[place].Name}</text>""");
            svg.Line($"""<line class="axis" x1="{Left}" x2="{Width - Right}" y1="{bottom}" y2="{bottom}"/>""");
            svg.Line($"""<polygon class="rate" points="{Left},{bottom} {string.Join(' ', points)} {Width - Right},{bottom}"/>""");
        }

        svg.Line($"""<text x="{Left}" y="{faultsTop - 8}" font-weight="600">Faults</text>""");
        for (var row = 0; row < kinds.Count; row++)
        {
            var y = faultsTop + (row * FaultHeight);
            svg.Line($"""<text x="{Left - 12}" y="{y + 11}" text-anchor="end">{kinds[row]}</text>""");
            svg.Line($"""<line class="axis" x1="{Left}" x2="{Width - Right}" y1="{y + 7.5}" y2="{y + 7.5}"/>""");
            foreach (var fault in result.Faults.Where(fault => fault.Kind == kinds[row]))
            {
                var (from, to) = (X(fault.From.TotalSeconds), X(Math.Min(seconds, fault.To.TotalSeconds)));
                svg.Line($"""<rect class="fault" x="{from:0.#}" y="{y + 2}" width="{Math.Max(2, to - from):0.#}" height="11" rx="2"><title>{fault.What}, {fault.From.TotalSeconds:0.0} to {fault.To.TotalSeconds:0.0} s</title></rect>""");
            }
        }

        var tick = seconds > 1200 ? 600 : seconds > 300 ? 60 : seconds > 60 ? 30 : 10;
        for (var second = 0; second <= seconds; second += tick)
        {
            svg.Line($"""<text x="{X(second):0.#}" y="{height - 12}" text-anchor="middle" class="quiet">{(tick >= 60 ? $"{second / 60} min" : $"{second} s")}</text>""");
        }

        return svg.ToString();
    }
}
