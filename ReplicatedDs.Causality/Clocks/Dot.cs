using System.Globalization;

namespace ReplicatedDs.Causality.Clocks;

/// <summary>
/// Names one update: the <paramref name="Counter"/>-th one that <paramref name="Replica"/> originated, counted from 1.
/// Written <c>2#17</c>. Ordered by replica, then counter.
/// </summary>
public readonly record struct Dot(ReplicaId Replica, long Counter) : IComparable<Dot>
{
    public Dot(int replica, long counter)
        : this(new ReplicaId(replica), counter)
    {
    }

    public int CompareTo(Dot other)
    {
        var byReplica = Replica.CompareTo(other.Replica);
        return byReplica != 0 ? byReplica : Counter.CompareTo(other.Counter);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Replica.Value}#{Counter}");

    /// <summary>Reads <c>2#17</c>: a replica id and a counter, both at least 1, without signs, blanks or leading zeros.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Dot dot)
    {
        dot = default;
        var hash = text.IndexOf('#');
        if (hash < 1 || hash == text.Length - 1 || text[0] == '0' || text[hash + 1] == '0' || text[^1] == '\0' || text[hash - 1] == '\0') // which the framework lets pass
        {
            return false;
        }

        if (!int.TryParse(text[..hash], NumberStyles.None, CultureInfo.InvariantCulture, out var replica)
            || !long.TryParse(text[(hash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var counter))
        {
            return false;
        }

        dot = new Dot(replica, counter);
        return true;
    }

    public static bool operator <(Dot left, Dot right) => left.CompareTo(right) < 0;

    public static bool operator >(Dot left, Dot right) => left.CompareTo(right) > 0;

    public static bool operator <=(Dot left, Dot right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Dot left, Dot right) => left.CompareTo(right) >= 0;
}
