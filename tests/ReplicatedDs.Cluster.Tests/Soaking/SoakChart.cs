using System.Globalization;
using ReplicatedDs.Cluster.Tests.Drawing;

namespace ReplicatedDs.Cluster.Tests.Soaking;

/// <summary>Draws a long run: one row for each measure, from 0 to the most, one line for each process of a replica.</summary>
internal static class SoakChart
{
    private const int Left = 128;
    private const int Right = 16;
    private const int Width = 1000;
    private const int LaneHeight = 84;
    private const int Top = 44;

    public static string Draw(SoakResult result)
    {
        var minutes = Math.Max(1, result.Samples.Max(sample => sample.At.TotalMinutes));
        var height = Top + (Measure.All.Count * LaneHeight) + 32;
        double X(TimeSpan at) => Left + (at.TotalMinutes / minutes * (Width - Left - Right));
        var svg = new Svg(
            Width,
            height,
            "What the replicas take of the machine over time",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Measure.All.Count} line charts over {minutes:0} minutes, one line per replica: {string.Join(", ", Measure.All.Select(measure => string.Create(CultureInfo.InvariantCulture, $"{measure.Name} at most {result.Samples.Max(measure.Of):0}")))}."));
        svg.Line($"""<text x="{Left}" y="20" font-weight="600">{result.Samples.Select(sample => sample.Replica).Distinct().Count()} replicas, {result.Written / result.Elapsed.TotalSeconds:0} writes per second, {result.Restarts} restarts</text>""");
        for (var row = 0; row < Measure.All.Count; row++)
        {
            var measure = Measure.All[row];
            var most = Math.Max(1, result.Samples.Max(measure.Of));
            var bottom = Top + ((row + 1) * LaneHeight) - 12;
            svg.Line($"""<text x="{Left - 12}" y="{bottom - 34}" text-anchor="end">{measure.Name}</text>""");
            svg.Line($"""<text x="{Left - 12}" y="{bottom - 18}" text-anchor="end" class="quiet">0 to {most:0}</text>""");
            svg.Line($"""<line class="axis" x1="{Left}" x2="{Width - Right}" y1="{bottom}" y2="{bottom}"/>""");
            foreach (var process in result.Samples.GroupBy(sample => (sample.Replica, sample.Pid)))
            {
                var points = process.Select(sample => string.Create(CultureInfo.InvariantCulture, $"{X(sample.At):0.#},{bottom - (measure.Of(sample) / most * (LaneHeight - 20)):0.#}"));
                svg.Line($"""<polyline class="line" points="{string.Join(' ', points)}"><title>{process.Key.Replica}</title></polyline>""");
            }
        }

        for (var minute = 0; minute <= minutes; minute += minutes > 40 ? 10 : 5)
        {
            svg.Line($"""<text x="{X(TimeSpan.FromMinutes(minute)):0.#}" y="{height - 10}" text-anchor="middle" class="quiet">{minute} min</text>""");
        }

        return svg.ToString();
    }
}
