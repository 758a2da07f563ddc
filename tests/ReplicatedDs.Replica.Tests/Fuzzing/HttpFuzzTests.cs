using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using ReplicatedDs.Fuzzing;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using Xunit.Abstractions;

namespace ReplicatedDs.Replica.Tests.Fuzzing;

/// <summary>What reads a request's target and body. The server beneath has read the rest.</summary>
public sealed class HttpFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public Task Targets() => RunAsync(
        ["/kv/x", "/kv/a%2Fb/members/%25", "http://127.0.0.1:1/kv/%D0%BA?siblings=all", "/kv/%E2%82%AC/increment", "/kv/..%2F.."],
        bytes =>
        {
            if (!RawKey.TrySplit(Encoding.Latin1.GetString(bytes), out var segment, out _))
            {
                return false;
            }

            Assert.InRange(Encoding.UTF8.GetByteCount(RawKey.Decode(segment)), 1, RawKey.BytesMax);
            return true;
        });

    [Fact]
    public Task Transactions() => RunAsync(
        [
            """{"operations":[{"set":{"key":"a","value":"1","contentType":"text/plain","encoding":"utf-8"}},{"delete":{"key":"b"}}]}""",
            """{"conditions":[{"key":"a","dot":"2#17"},{"key":"b","dot":null}],"operations":[{"increment":{"key":"n","by":-3}},{"add":{"key":"s","member":"ж"}},{"remove":{"key":"s","member":"\u00e4"}}]}""",
        ],
        bytes => Read(bytes, ApiJson.Default.TransactionInput));

    [Fact]
    public Task Snapshots() => RunAsync(["""{"keys":["a","b","\ud83d\ude00"]}""", """{"keys":[]}"""], bytes => Read(bytes, ApiJson.Default.SnapshotInput));

    [Fact]
    public Task Links() => RunAsync(
        ["""{"mode":"hold"}""", """{"mode":"delay","delayMs":5,"jitterMs":200,"dropPercent":0,"expiresSeconds":3}"""], bytes => Read(bytes, ApiJson.Default.LinkRequest));

    private static bool Read<T>(byte[] bytes, JsonTypeInfo<T> type)
        where T : class
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream(bytes);
        return RequestBody.ReadJsonAsync(context, type, 1 << 20).GetAwaiter().GetResult() is not null;
    }

    private async Task RunAsync(string[] sound, Func<byte[], bool> read) => output.WriteLine(await Fuzz.RunAsync(
        new FuzzTarget([.. sound.Select(Encoding.UTF8.GetBytes)], read) { IsRefusal = exception => exception is ProblemException }));
}
