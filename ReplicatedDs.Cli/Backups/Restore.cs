using ReplicatedDs.Causality.Values;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Backups;

/// <summary>
/// Writes the keys of a backup into a cluster, many in each transaction. A transaction that finds one of its keys there changes nothing, unless keys may be
/// overwritten.
/// </summary>
internal sealed class Restore(CausalSession session, bool overwrites)
{
    private const int OperationsMax = 200;
    private const long BytesMax = 256 << 10;

    private Transaction _transaction = new();
    private long _bytes;

    /// <value>Keys whose concurrent values were left behind; the winner of each was restored.</value>
    public int LosersLeft { get; private set; }

    public int Keys { get; private set; }

    /// <exception cref="ConditionFailedException">A key is there already.</exception>
    public async Task AddAsync(string key, KeyState state, CancellationToken cancellation)
    {
        if (!state.IsPresent)
        {
            return;
        }

        if (_transaction.Count + (state.Kind == ValueKind.Set ? state.Members.Count : 1) > OperationsMax || _bytes > BytesMax)
        {
            await CommitAsync(cancellation);
        }

        if (!overwrites)
        {
            _transaction.RequireAbsent(key);
        }

        Put(key, state);
        Keys++;
        LosersLeft += state.SiblingCount > 1 ? 1 : 0;
    }

    /// <summary>Writes what is left.</summary>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        if (_transaction.Count > 0)
        {
            await session.CommitAsync(_transaction, cancellation);
            (_transaction, _bytes) = (new Transaction(), 0);
        }
    }

    private void Put(string key, KeyState state)
    {
        switch (state.Kind)
        {
            case ValueKind.Counter:
                if (overwrites)
                {
                    _transaction.Delete(key);
                }

                _transaction.Increment(key, state.Count);
                break;
            case ValueKind.Set:
                if (overwrites)
                {
                    _transaction.Delete(key);
                }

                foreach (var (member, _) in state.Members.All)
                {
                    _transaction.Add(key, member);
                    _bytes += member.Length;
                }

                break;
            default:
                _transaction.Set(key, state.Winner.Value, state.Winner.ContentType ?? "application/octet-stream");
                _bytes += state.Winner.Value.Length;
                break;
        }
    }
}
