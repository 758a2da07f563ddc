using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Simulation.World;

/// <summary>
/// The disk of one slot: a log of rows, one per append, and a checkpoint. It survives crashes; only the row under way and the newest
/// that were not synced, because they wait in memory or in the operating system, may be lost. Every row and checkpoint goes through the production codecs.
/// </summary>
internal sealed class VirtualDisk
{
    // Invariant: per origin consecutive counters.
    private readonly SortedDictionary<ReplicaId, List<Update>> _byOrigin = [];
    private readonly List<ImmutableArray<Update>> _rows = [];
    private ImmutableArray<Update> _underWay = [];
    private int _syncedRows;
    private readonly SortedDictionary<ReplicaId, long> _floors = [];
    private int _checkpointRow;

    /// <summary>The state of the last checkpoint: empty for the founder, the snapshot for a joiner that made none yet.</summary>
    public ReplicaState Checkpoint { get; private set; } = ReplicaState.Empty;

    /// <summary>An append was begun and is not done.</summary>
    public bool IsAppending => !_underWay.IsEmpty;

    /// <summary>There are rows that may be lost.</summary>
    public bool HasUnsynced => _syncedRows < _rows.Count;

    /// <summary>The updates in them.</summary>
    public IEnumerable<Update> Unsynced => _rows.Skip(_syncedRows).SelectMany(row => row);

    public bool IsFull { get; set; }

    /// <summary>Appends take so many times as long as usual.</summary>
    public int Slowness { get; set; } = 1;

    /// <summary>Makes an empty disk the home of a new identity.</summary>
    public void Initialize(ReplicaState state) => Install(state);

    public void BeginAppend(ImmutableArray<Update> updates) => _underWay = Codecs.RoundTrip(updates);

    /// <summary>An image of it, as of the last row.</summary>
    public VirtualDisk Copy()
    {
        var copy = new VirtualDisk { Checkpoint = Checkpoint, _checkpointRow = _checkpointRow, _syncedRows = _rows.Count };
        copy._rows.AddRange(_rows);
        foreach (var (origin, updates) in _byOrigin)
        {
            copy._byOrigin.Add(origin, [.. updates]);
        }

        foreach (var (origin, floor) in _floors)
        {
            copy._floors.Add(origin, floor);
        }

        return copy;
    }

    /// <summary>The row under way is in the log from now on.</summary>
    /// <returns>What was appended, as it reads back.</returns>
    public ImmutableArray<Update> EndAppend()
    {
        var row = _underWay;
        _underWay = [];
        _rows.Add(row);
        foreach (var update in row)
        {
            if (!_byOrigin.TryGetValue(update.Origin, out var list))
            {
                _byOrigin.Add(update.Origin, list = []);
            }

            list.Add(update);
        }

        return row;
    }

    /// <summary>All rows are safe from now on.</summary>
    public void Sync() => _syncedRows = _rows.Count;

    public void LoseAppend() => _underWay = [];

    /// <summary>The machine loses what was not synced.</summary>
    /// <returns>The updates that are gone.</returns>
    public ImmutableArray<Update> LoseUnsynced()
    {
        ImmutableArray<Update> lost = [.. Unsynced];
        _rows.RemoveRange(_syncedRows, _rows.Count - _syncedRows);
        foreach (var update in lost)
        {
            _byOrigin[update.Origin].RemoveAll(other => other.Dot == update.Dot);
        }

        return lost;
    }

    /// <summary>
    /// Remembers <paramref name="state"/>, which is that after the last row, and of its keys those that <paramref name="changed"/> since the last checkpoint: all others are
    /// taken from there. The log is synced first.
    /// </summary>
    public void MakeCheckpoint(ReplicaState state, IEnumerable<string> changed)
    {
        Sync();
        Checkpoint = Codecs.Checkpoint(Checkpoint.Keys, state, changed);
        _checkpointRow = _rows.Count;
    }

    /// <summary>Puts <paramref name="state"/> in the place of everything; the log stays, with holes.</summary>
    public void Install(ReplicaState state)
    {
        foreach (var (origin, last) in state.Delivered)
        {
            if (_byOrigin.GetValueOrDefault(origin) is not { Count: > 0 } list || list[^1].Dot.Counter < last)
            {
                _floors[origin] = last;
                _byOrigin.Remove(origin);
            }
        }

        MakeCheckpoint(state, Checkpoint.Keys.All.Concat(state.Keys.All).Select(entry => entry.Key));
    }

    /// <summary>
    /// Forgets rows from the oldest on, as far as the checkpoint holds them: those that <paramref name="stable"/> covers, or (<c>null</c>) some more.
    /// </summary>
    /// <param name="keep">From this update of its origin on nothing is forgotten.</param>
    public void Cut(VectorClock? stable, Dot? keep = null)
    {
        var count = 0;
        while (count < _checkpointRow
            && (stable is null || _rows[count].All(update => stable.Covers(update.Dot)))
            && !_rows[count].Any(update => update.Origin == keep?.Replica && update.Dot.Counter >= keep.Value.Counter))
        {
            foreach (var update in _rows[count])
            {
                _floors[update.Origin] = Math.Max(_floors.GetValueOrDefault(update.Origin), update.Dot.Counter);
            }

            count++;
        }

        _rows.RemoveRange(0, count);
        _checkpointRow -= count;
        _syncedRows -= count;
        foreach (var (origin, floor) in _floors)
        {
            _byOrigin.GetValueOrDefault(origin)?.RemoveAll(update => update.Dot.Counter <= floor);
        }
    }

    /// <summary>Up to where the updates of an origin are not in the log any more.</summary>
    public long FloorOf(ReplicaId origin) => _floors.GetValueOrDefault(origin);

    /// <summary>The log, all of it or what lies behind the checkpoint: recovery has to cope with both.</summary>
    public IEnumerable<Update> Log(bool all) => _rows.Skip(all ? 0 : _checkpointRow).SelectMany(row => row);

    /// <summary>Updates from <paramref name="first"/> to at most <paramref name="last"/>; empty if the log does not have the first.</summary>
    public ImmutableArray<Update> Read(ReplicaId origin, long first, long last)
    {
        if (!_byOrigin.TryGetValue(origin, out var list) || list.Count == 0 || first < list[0].Dot.Counter)
        {
            return [];
        }

        var from = (int)Math.Min(first - list[0].Dot.Counter, list.Count);
        var count = (int)Math.Min(last - first + 1, list.Count - from);
        return count <= 0 ? [] : [.. list.GetRange(from, count)];
    }
}
