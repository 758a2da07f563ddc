using System.Diagnostics;
using System.Globalization;
using System.Net;
using ReplicatedDs.Cluster.Tests.Harness;

namespace ReplicatedDs.Cluster.Tests;

/// <summary>Redis's own programs against a running cluster.</summary>
public sealed class RespGatewayTests(RespGatewayTests.Fixture fixture) : IClassFixture<RespGatewayTests.Fixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private TestCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task RedisBenchmark_Completes_AndAllReplicasAgree()
    {
        foreach (var pipeline in new[] { "1", "16" })
        {
            var output = await RunAsync("redis-benchmark", 1, null, "-t", "set,get,incr,mset,sadd", "-n", "2000", "-q", "-P", pipeline);
            foreach (var test in new[] { "SET:", "GET:", "INCR:", "SADD:", "MSET (10 keys):" })
            {
                Assert.Contains(test, output, StringComparison.Ordinal);
            }

            Assert.DoesNotContain("rror", output, StringComparison.Ordinal);
        }

        await Cluster.SettledAsync();
        Assert.Equal("4000\n", await RunAsync("redis-cli", 2, null, "GET", "counter:__rand_int__"));
        var seen = await Task.WhenAll(Enumerable.Range(1, 3).Select(SnapshotAsync));
        Assert.NotEqual("", seen[0]);
        Assert.Equal(seen[0], seen[1]);
        Assert.Equal(seen[0], seen[2]);
    }

    [Fact]
    public async Task RedisCli_WritesHere_ReadsThere()
    {
        Assert.Equal("OK\n", await RunAsync("redis-cli", 1, null, "SET", "greeting", "hello"));
        Assert.Equal("OK\nQUEUED\nQUEUED\n1\n2\n", await RunAsync("redis-cli", 1, "MULTI\nINCR visits\nSADD colours red blue\nEXEC\n"));
        var token = (await RunAsync("redis-cli", 1, "GET greeting\nCAUSAL.TOKEN\n")).Split('\n')[1];

        // Another replica, another version of the protocol: it waits until it has what the token counts.
        Assert.Equal("OK\nhello\n1\nblue\nred\n", await RunAsync("redis-cli", 3, $"CAUSAL.WAIT {token} 30000\nGET greeting\nGET visits\nSMEMBERS colours\n", "-3"));
        Assert.Equal("hello", (await Cluster[3].GetAsync("greeting")).Expect(HttpStatusCode.OK).Body);
        Assert.StartsWith("ERR EXPIRE is not supported", await RunAsync("redis-cli", 2, null, "EXPIRE", "greeting", "1"), StringComparison.Ordinal);
    }

    /// <summary>Every key with its value and versions: what a snapshot of the cluster shows.</summary>
    private async Task<string> SnapshotAsync(int replica)
    {
        var keys = (await RunAsync("redis-cli", replica, null, "KEYS", "*")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var lines = new List<string>();
        foreach (var key in keys)
        {
            var answer = (await Cluster[replica].GetAsync(key)).Expect(HttpStatusCode.OK);
            lines.Add($"{key} = {answer.Body} {(await RunAsync("redis-cli", replica, null, "TYPE", key)).Trim()}");
        }

        return string.Join('\n', lines);
    }

    private async Task<string> RunAsync(string program, int replica, string? input, params string[] arguments)
    {
        var endpoint = IPEndPoint.Parse(Cluster.Slot(replica).Resp!);
        var start = new ProcessStartInfo(program, ["-h", endpoint.Address.ToString(), "-p", endpoint.Port.ToString(CultureInfo.InvariantCulture), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await errors}{await output}");

            // redis-cli ends an error with an empty line.
            return (await output).ReplaceLineEndings("\n");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    public sealed class Fixture : ClusterFixture;
}
