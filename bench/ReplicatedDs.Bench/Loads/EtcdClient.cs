using System.Text;
using System.Text.Json;

namespace ReplicatedDs.Bench.Loads;

/// <summary>By etcd's JSON gateway.</summary>
internal sealed class EtcdClient(HttpConnection connection, int port) : IStoreClient
{
    public async Task<bool> WriteAsync(string key) => await connection.AskAsync(HttpLoad.EtcdPut(port, key)).ConfigureAwait(false) == 200;

    public async Task<List<string>> MissingAsync(IReadOnlyList<string> keys)
    {
        const int Batch = 20; // larger answers come in chunks
        var missing = new List<string>();
        foreach (var batch in keys.Chunk(Batch))
        {
            var status = await connection.AskAsync(HttpLoad.EtcdCounts(port, batch)).ConfigureAwait(false);
            if (status != 200)
            {
                throw new IOException($"A read was answered with {status}.");
            }

            var answer = Encoding.UTF8.GetString(connection.Answer);
            using var body = JsonDocument.Parse(answer[answer.IndexOf("\r\n\r\n", StringComparison.Ordinal)..]);
            var counts = body.RootElement.GetProperty("responses").EnumerateArray().Select(static one => one.GetProperty("response_range").TryGetProperty("count", out _));
            missing.AddRange(batch.Zip(counts).Where(static one => !one.Second).Select(static one => one.First));
        }

        return missing;
    }

    public void Dispose() => connection.Dispose();
}
