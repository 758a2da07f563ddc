using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Past;

/// <summary>
/// The state of the cluster behind some event: everything before it, taken in one by one. Not safe from several threads;
/// <see cref="Copy"/> gives a state that goes its own way.
/// </summary>
internal sealed class ClusterState
{
    /// <summary>As many as a replica keeps in its buffer.</summary>
    private const int WaitingMax = 10_000;

    private readonly SortedDictionary<int, ReplicaState> _replicas = [];
    private readonly Dictionary<(int From, int To), string> _links = [];

    /// <summary>The number of the last event that was taken in.</summary>
    public long N { get; private set; }

    /// <summary>The latest time of any event so far, in Unix microseconds: it never goes back, whatever two clocks say.</summary>
    public long T { get; private set; }

    /// <summary>How many updates wait, at all replicas.</summary>
    public long Depth { get; private set; }

    public IReadOnlyDictionary<int, ReplicaState> Replicas => _replicas;

    /// <summary>What was last said of a link, in the replica's words.</summary>
    public IReadOnlyDictionary<(int From, int To), string> Links => _links;

    /// <param name="n">Its number, which follows the last one.</param>
    public void Add(EventView one, long n)
    {
        (N, T) = (n, Math.Max(T, one.T));
        if (one.Replica <= 0)
        {
            return;
        }

        var replica = Find(one.Replica);
        var count = one.Share ?? 1;
        switch (one.Kind)
        {
            case "Write" when Dot.TryParse(one.Dot, out var dot):
                foreach (var (origin, counter) in one.Deps)
                {
                    // What a write depends on is all that its replica had.
                    if (int.TryParse(origin, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                    {
                        replica.Learn(id, counter);
                    }
                }

                replica.Learn(dot.Replica.Value, dot.Counter);
                replica.Writes += count;
                break;

            case "Apply" when one.Dot is { } name && Dot.TryParse(name, out var dot):
                replica.Learn(dot.Replica.Value, dot.Counter);
                replica.Applied += count;
                Release(replica, name);
                break;

            case "Buffer" when one.Dot is { } name && replica.Waiting.Count < WaitingMax:
                Release(replica, name);
                Depth += count;
                replica.Waiting = replica.Waiting.SetItem(name, new WaitingUpdate(name, one.Keys, one.Missing, one.T, count));
                replica.Prevented += one.WouldBeVisible ? count : 0;
                break;

            case "Drop" when one.Dot is { } name && one.Peer is null:
                Release(replica, name);
                break;

            case "Kill":
                Turn(one.Replica, replica, ReplicaStates.Killed);
                break;

            case "Stop":
                Turn(one.Replica, replica, ReplicaStates.Stopped);
                break;

            case "Restart" when one.Peer is null:
                Turn(one.Replica, replica, null);
                (replica.Writes, replica.Applied, replica.Prevented) = (0, 0, 0);
                break;

            case "Restart":
                // It took over a snapshot, and the event does not say how far that reaches.
                replica.Clock.Clear();
                break;

            case "LinkChanged" when one is { Peer: { } peer, Detail: { } detail } && !detail.StartsWith("lets", StringComparison.Ordinal):
                _links[(one.Replica, peer)] = detail;
                break;

            case "Stable":
                replica.Stable = one.Detail;
                break;

            case "Gap":
                replica.Lost += one.Lost ?? 0;
                break;

            default:
                break;
        }
    }

    public ClusterState Copy()
    {
        var copy = new ClusterState { N = N, T = T, Depth = Depth };
        foreach (var (id, replica) in _replicas)
        {
            copy._replicas[id] = replica.Copy();
        }

        foreach (var (ends, detail) in _links)
        {
            copy._links[ends] = detail;
        }

        return copy;
    }

    private void Release(ReplicaState replica, string dot)
    {
        if (!replica.Waiting.IsEmpty && replica.Waiting.TryGetValue(dot, out var waiting))
        {
            replica.Waiting = replica.Waiting.Remove(dot);
            Depth -= waiting.Share;
        }
    }

    private void Turn(int id, ReplicaState replica, string? ended)
    {
        Depth -= replica.Waiting.Values.Sum(static waiting => (long)waiting.Share);
        replica.Turn(ended, T);

        // A fault of a link is lost with the process that made it.
        foreach (var ends in _links.Keys.Where(ends => ends.From == id).ToList())
        {
            _links.Remove(ends);
        }
    }

    private ReplicaState Find(int id)
    {
        if (!_replicas.TryGetValue(id, out var replica))
        {
            _replicas[id] = replica = new ReplicaState();
        }

        return replica;
    }
}
