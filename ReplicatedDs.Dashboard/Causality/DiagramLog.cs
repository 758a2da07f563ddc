using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Causality;

/// <summary>The newest <see cref="Capacity"/> rows of the diagram, the same for all viewers. All members may be called from any thread.</summary>
internal sealed class DiagramLog(int capacity = DiagramLog.Capacity)
{
    /// <summary>How many rows are kept.</summary>
    public const int Capacity = 65_536;

    private readonly Lock _lock = new();
    private readonly DiagramRow[] _ring = new DiagramRow[capacity];
    private long _last;

    /// <summary>Tells one process of the dashboard from the next: the numbers begin anew with each.</summary>
    public string Epoch { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Pulses when rows were added.</summary>
    public ChangeSignal Changed { get; } = new();

    public long Last => Volatile.Read(ref _last);

    /// <summary>Adds rows, whose numbers must follow on.</summary>
    public void Append(IReadOnlyList<DiagramRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var row in rows)
            {
                _ring[row.N % capacity] = row;
            }

            Volatile.Write(ref _last, rows[^1].N);
        }

        Changed.Pulse();
    }

    /// <summary>
    /// The rows after a number, the oldest first, at most <paramref name="most"/>. A reader that is further behind than
    /// <paramref name="patience"/> gets the newest ones, and the number of those left out.
    /// </summary>
    public DiagramPart ReadAfter(long after, int most, int patience)
    {
        lock (_lock)
        {
            // A number that is not there yet belongs to another epoch.
            after = after > _last || after < 0 ? 0 : after;
            var first = Math.Max(after + 1, Oldest);
            if (_last - first + 1 > patience || after == 0)
            {
                first = Math.Max(first, _last - most + 1);
            }

            return Read(first, Math.Min(_last, first + most - 1), after == 0 ? 0 : first - after - 1);
        }
    }

    /// <summary>The rows before a number, at most <paramref name="most"/>, the oldest first.</summary>
    public DiagramPart ReadBefore(long before, int most)
    {
        lock (_lock)
        {
            var last = Math.Min(before - 1, _last);
            return Read(Math.Max(Oldest, last - most + 1), last, 0);
        }
    }

    private long Oldest => Math.Max(1, _last - capacity + 1);

    private DiagramPart Read(long first, long last, long lost)
    {
        var rows = new List<DiagramRow>((int)Math.Max(0, last - first + 1));
        for (var n = first; n <= last; n++)
        {
            rows.Add(_ring[n % capacity]);
        }

        return new DiagramPart(rows, lost, Oldest, _last);
    }
}
