namespace ReplicatedDs.Bench.Loads;

/// <summary>By etcd's JSON gateway.</summary>
internal sealed class EtcdClient(HttpConnection connection, int port) : IStoreClient
{
    public async Task<bool> WriteAsync(string key) => await connection.AskAsync(HttpLoad.EtcdPut(port, key)).ConfigureAwait(false) == 200;

    public async Task<List<string>> MissingAsync(IReadOnlyList<string> keys)
    {
        var missing = new List<string>();
        foreach (var key in keys)
        {
            var status = await connection.AskAsync(HttpLoad.EtcdCount(port, key)).ConfigureAwait(false);
            if (status != 200)
            {
                throw new IOException($"A read was answered with {status}.");
            }

            if (connection.Answer.IndexOf("\"count\":\"1\""u8) < 0)
            {
                missing.Add(key);
            }
        }

        return missing;
    }

    public void Dispose() => connection.Dispose();
}
