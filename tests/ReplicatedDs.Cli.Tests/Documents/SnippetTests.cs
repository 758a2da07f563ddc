namespace ReplicatedDs.Cli.Tests.Documents;

/// <summary>Whatever a document gives people to type or copy is run by a test, or stands here with the reason why not.</summary>
public sealed class SnippetTests
{
    private const string ByDocumentTests = "DocumentTests runs it";
    private const string Compiled = "ReadmeTests of the client finds it among what is compiled";
    private const string Installs = "builds, packs and installs for the whole user: the commands run in DocumentTests and RealClusterTests";
    private const string NeedsRoot = "needs root and network namespaces: the tests of the same runs (NetworkTests) make them";

    private static readonly Dictionary<(string Document, string Title), string> Known = new()
    {
        [("README.md", "dotnet run --project ReplicatedDs.AppHost")] =
            "starts the application: ReplicatedDs.Browser.Tests starts it by the same command (measure)",
        [("README.md", "./test.sh")] = "runs these tests",
        [("README.md", "TEXT='Content-Type: text/plain'")] = ByDocumentTests,
        [("README.md", "dotnet pack ReplicatedDs.Cli -c Release -o artifacts")] = Installs,
        [("README.md", "rds status")] = ByDocumentTests,
        [("README.md", """ID=$(curl -s -X POST -H "Authorization: Bearer $KEY" http://127.0.0.1:7103/admin/guests | sed 's/.*"id":\([0-9]*\).*/\1/')""")] = ByDocumentTests,
        [("CONTRIBUTING.md", "./test.sh")] = "runs these tests",
        [("docs/getting-started.md", "dotnet run --project ReplicatedDs.AppHost")] = "as in the README",
        [("docs/getting-started.md", "dotnet pack ReplicatedDs.Cli -c Release -o artifacts")] = Installs,
        [("docs/hacking.md", "dotnet test tests/ReplicatedDs.Causality.Tests --filter FullyQualifiedName~ForkTests")] = "tests within a test; CommandLineTests of the simulator reads its switches",
        [("docs/hacking.md", "bench/compare.sh --only core")] = "builds Redis' and etcd's clients and takes minutes",
        [("docs/history-format.md", """{"format":"replicated-ds-history","version":1}""")] = ByDocumentTests,
        [("docs/http-api.md", """{"n":7,"t":1764000000000000,"replica":3,"peer":1,"kind":"Apply","dot":"1#1","keys":["x"],"deps":{},"missing":[],"wouldBeVisible":false,"traceId":"…"}""")] =
            "an answer, not a command: EventFeedTests reads them",
        [("docs/many-machines.md", "deploy/kubernetes/secrets.sh")] = "needs a Kubernetes cluster: the test of the same pods (KubernetesRun) makes them with podman",
        [("docs/many-machines.md", "deploy/network/run.sh network --minutes 10")] = NeedsRoot,
        [("docs/many-machines.md", "deploy/network/run.sh wide-area --cut 300")] = NeedsRoot,
        [("docs/many-machines.md", "Storage__Values=redis-cluster")] = "settings, not a command: the tests of values in a Redis Cluster start replicas with them",
        [("docs/many-machines.md", "deploy/network/run.sh redis-cluster --minutes 1.5")] = NeedsRoot,
        [("docs/rds.md", "dotnet pack ReplicatedDs.Cli -c Release -o artifacts")] = Installs,
        [("docs/resp.md", "redis-cli -p 7201 set greeting hello")] = ByDocumentTests,
        [("docs/resp.md", @"token=$(printf 'SET x 1\nCAUSAL.TOKEN\n' | redis-cli -p 7201 | tail -n 1)")] = ByDocumentTests,
        [("docs/scale.md", "dotnet run -c Release --project bench/ReplicatedDs.Bench -- scale .")] = "a measurement of many minutes, which writes that page",
        [("docs/security.md", """{ "keys": [""")] = "AccessKeyTests reads such a file",
        [("docs/simulation.md", "dotnet run -c Release --project tests/ReplicatedDs.Simulation -- --seeds 10000")] =
            "takes long: CommandLineTests of the simulator reads its switches",
        [("docs/telemetry.md", """OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:7080 OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_HEADERS="x-otlp-api-key=$KEY" your-program""")] =
            "the program is the reader's: OtlpReceiverTests sends from an OpenTelemetry exporter",
    };

    [Fact]
    public void EverySnippet_IsRunOrListedWithAReason()
    {
        var seen = Snippet.All.Where(snippet => snippet.Language is not ("console" or "csharp")).Select(snippet => (snippet.Document, snippet.Title)).ToList();
        Assert.Equal([], seen.Except(Known.Keys).Select(one => $"{one.Document}: '{one.Title}' is neither run nor listed with a reason"));
        Assert.Equal([], Known.Keys.Except(seen).Select(one => $"{one.Document} has no '{one.Title}' any more"));
    }

    [Fact]
    public void ConsoleBlocks_AreWhereTheyAreRun() =>
        Assert.Equal(["docs/getting-started.md"], Snippet.All.Where(snippet => snippet.Language == "console").Select(snippet => snippet.Document).Distinct());

    [Fact]
    public void CSharp_IsWhereItIsCompiled()
    {
        var documents = Snippet.All.Where(snippet => snippet.Language == "csharp").Select(snippet => snippet.Document).Distinct();
        Assert.True(documents.SequenceEqual(["ReplicatedDs.Client/README.md"]), $"{Compiled}; that of {string.Join(", ", documents)} is not");
    }
}
