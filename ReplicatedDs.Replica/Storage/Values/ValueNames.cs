using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>
/// The names of values in a Redis Cluster: <c>rds:CLUSTER:REPLICA:{DOT}:KEY</c>. Each replica has its own, so several may share one. The dot stands in braces, so it
/// alone decides the slot: values spread evenly, whatever the keys look like.
/// </summary>
internal sealed class ValueNames(string clusterId, ReplicaId owner)
{
    private readonly string _start = $"rds:{clusterId}:";
    private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"rds:{clusterId}:{owner.Value}:{{");

    /// <summary>A pattern of Redis that fits all names of this cluster, and that of other replicas.</summary>
    public string Pattern => $"{_start}*";

    public ReadOnlyMemory<byte> Of(ValueId id) => Encoding.UTF8.GetBytes($"{_prefix}{id.Dot}}}:{id.Key}");

    /// <summary>Whose value a name is, and which; <c>null</c> if it is none of this cluster.</summary>
    public (ReplicaId Owner, ValueId Id)? Parse(byte[] name)
    {
        var text = Encoding.UTF8.GetString(name);
        if (!text.StartsWith(_start, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = text.AsSpan(_start.Length);
        var (open, close) = (rest.IndexOf(":{"), rest.IndexOf("}:"));
        return open > 0 && close > open
            && int.TryParse(rest[..open], NumberStyles.None, CultureInfo.InvariantCulture, out var replica)
            && Dot.TryParse(rest[(open + 2)..close], out var dot)
            ? (new ReplicaId(replica), new ValueId(rest[(close + 2)..].ToString(), dot))
            : null;
    }
}
