using ReplicatedDs.Causality.Values;
using ReplicatedDs.Replica.Storage.Redis;

namespace ReplicatedDs.Replica.Storage.Values;

/// <inheritdoc cref="IValueImport"/>
internal sealed class ValueImport(RedisCluster redis, ValueNames names, int inlineBytes, TimeProvider time) : IValueImport
{
    private static readonly TimeSpan ConfirmWithin = TimeSpan.FromSeconds(30);

    private readonly RedisWriter _writer = new(redis);
    private long _mark;

    public async ValueTask<IReadOnlyList<KeyValuePair<string, KeyState>>> KeepAsync(
        IReadOnlyList<KeyValuePair<string, KeyState>> keys, CancellationToken cancellationToken)
    {
        var values = new List<(ReadOnlyMemory<byte>, ReadOnlyMemory<byte>)>();
        var kept = keys.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.WithValues(version =>
        {
            if (version.Value.Length <= inlineBytes)
            {
                return version.Value;
            }

            values.Add((names.Of(new ValueId(pair.Key, version.Dot)), version.Value));
            return ValueReference.Of(version.Value.Length);
        }))).ToList();
        try
        {
            if (_mark == 0)
            {
                await redis.AskAsync(cancellationToken).ConfigureAwait(false); // what an attempt before was told may be old
            }

            await _writer.WriteAsync(values, _mark++, cancellationToken).ConfigureAwait(false);
        }
        catch (RedisException exception)
        {
            throw new ValuesUnavailableException($"The values of the snapshot cannot be kept in the Redis Cluster: {exception.Message}.", exception);
        }

        return kept;
    }

    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        try
        {
            while (await _writer.ConfirmAsync().ConfigureAwait(false) is not null)
            {
                if (time.GetElapsedTime(begun) > ConfirmWithin)
                {
                    throw new RedisException($"no replica of a master has them after {ConfirmWithin.TotalSeconds} s");
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (RedisException exception)
        {
            throw new ValuesUnavailableException($"The Redis Cluster does not confirm the values of the snapshot: {exception.Message}.", exception);
        }
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}
