namespace ReplicatedDs.Bench.Loads;

/// <summary>By the Redis protocol.</summary>
internal sealed class RespClient(RespConnection connection) : IStoreClient
{
    public async Task<bool> WriteAsync(string key)
    {
        await connection.SendAsync(RespConnection.Encode("SET", key, HttpLoad.Value)).ConfigureAwait(false);
        return await connection.ReadAsync().ConfigureAwait(false) == "OK";
    }

    public async Task<List<string>> MissingAsync(IReadOnlyList<string> keys)
    {
        const int Batch = 500;
        var missing = new List<string>();
        foreach (var batch in keys.Chunk(Batch))
        {
            await connection.SendAsync(batch.SelectMany(static key => RespConnection.Encode("EXISTS", key)).ToArray()).ConfigureAwait(false);
            foreach (var key in batch)
            {
                switch (await connection.ReadAsync().ConfigureAwait(false))
                {
                    case "1":
                        break;
                    case "0":
                        missing.Add(key);
                        break;
                    case var other:
                        throw new IOException($"EXISTS was answered with {other}.");
                }
            }
        }

        return missing;
    }

    public void Dispose() => connection.Dispose();
}
