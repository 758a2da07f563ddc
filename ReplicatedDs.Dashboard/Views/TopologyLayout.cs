namespace ReplicatedDs.Dashboard.Views;

/// <summary>
/// Where replicas stand in the picture: on a circle, by slot. A slot never moves, whoever joins, leaves or dies. The first three stand
/// far apart, so that a small cluster with many spares is no cluster in a corner.
/// </summary>
internal static class TopologyLayout
{
    public const int Width = 620;
    public const int Height = 344;

    /// <summary>The half-width of a replica's disc: smaller where many stand on the circle.</summary>
    public static int Radius(int slots) => Math.Clamp(26 * 12 / Math.Max(1, slots), 16, 26);

    public static (double X, double Y) Place(int slot, int slots)
    {
        var angle = (2 * Math.PI * Seat(slot, slots) / slots) - (Math.PI / 2);
        return (Math.Round((Width / 2.0) + (Math.Cos(angle) * 196), 1), Math.Round((Height / 2.0) + (Math.Sin(angle) * 112), 1));
    }

    /// <summary>The half-width of a spare's.</summary>
    public const int SpareRadius = 13;

    private static int Seat(int slot, int slots)
    {
        int[] first = [0, (int)Math.Round(slots / 3.0), (int)Math.Round(2 * slots / 3.0)];
        return slots <= first.Length ? slot
            : slot < first.Length ? first[slot]
            : Enumerable.Range(0, slots).Except(first).ElementAt(slot - first.Length);
    }

    /// <summary>Where a replica's state is written: outside of the circle, where no link goes.</summary>
    public static (double X, double Y, string Anchor) Caption(int slot, int slots)
    {
        var (x, y) = Place(slot, slots);
        var (dx, dy) = ((x - (Width / 2.0)) / 196, (y - (Height / 2.0)) / 112);
        return Math.Abs(dx) < 0.5
            ? (x, dy < 0 ? y - Radius(slots) - 9 : y + Radius(slots) + 19, "middle")
            : (dx < 0 ? x - Radius(slots) - 8 : x + Radius(slots) + 8, y + 5, dx < 0 ? "end" : "start");
    }

    /// <summary>From one replica's rim to another's, a little to the right of the middle, so that both directions have room.</summary>
    public static (double X1, double Y1, double X2, double Y2) Line(int from, int to, int slots)
    {
        var (ax, ay) = Place(from, slots);
        var (bx, by) = Place(to, slots);
        var length = Math.Sqrt(((bx - ax) * (bx - ax)) + ((by - ay) * (by - ay)));
        var (dx, dy) = ((bx - ax) / length, (by - ay) / length);
        var (sx, sy) = (-dy * 6, dx * 6);
        return (
            Math.Round(ax + (dx * (Radius(slots) + 3)) + sx, 1), Math.Round(ay + (dy * (Radius(slots) + 3)) + sy, 1),
            Math.Round(bx - (dx * (Radius(slots) + 9)) + sx, 1), Math.Round(by - (dy * (Radius(slots) + 9)) + sy, 1));
    }

    /// <summary>Beside the middle of a link, on its own side, where nothing else is written.</summary>
    public static (double X, double Y, string Anchor) Note(int from, int to, int slots)
    {
        var (x1, y1, x2, y2) = Line(from, to, slots);
        var length = Math.Sqrt(((x2 - x1) * (x2 - x1)) + ((y2 - y1) * (y2 - y1)));
        var (sx, sy) = (-(y2 - y1) / length, (x2 - x1) / length);
        var anchor = sx > 0.3 ? "start" : sx < -0.3 ? "end" : "middle";
        return (Math.Round(((x1 + x2) / 2) + (sx * 9), 1), Math.Round(((y1 + y2) / 2) + (sy * 13) + 4, 1), anchor);
    }
}
