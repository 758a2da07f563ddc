using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.PrivateNetworks;
using Xunit.Sdk;

namespace ReplicatedDs.Cluster.Tests.Kubernetes;

/// <summary>The pods of <c>deploy/kubernetes</c>, each on a host of its own, made by podman in the place of the StatefulSet's controller.</summary>
internal sealed class KubernetesCluster : ICluster
{
    public const int Replicas = 3;
    private const string Set = "replicas";
    private const string Redis = "redis";

    private readonly Manifests _manifests;
    private readonly Podman _podman;
    private readonly string _clusterKey;
    private readonly List<ResourceView> _slots;

    private KubernetesCluster(VirtualNetwork network, Manifests manifests, Podman podman)
    {
        (_manifests, _podman) = (manifests, podman);
        var keys = manifests.OfKind("Secret").Single()["data"]!;
        _clusterKey = Text(keys["cluster-key"]!);
        AccessKey = (string)JsonNode.Parse(Text(keys["access-keys.json"]!))!["keys"]![0]!["key"]!;
        _slots = [.. Enumerable.Range(0, Replicas).Select(number => $"{Set}-{number}").Select(name => new ResourceView(
            name, null, null, "Waiting", $"http://{name}.{Set}:7100", $"http://{name}.{Set}:7400", $"{network.AddressOf(name)}:7200", null))];
    }

    public static string[] Hosts => [.. Enumerable.Range(0, Replicas).Select(number => $"{Set}-{number}"), $"{Redis}-0"];

    public IReadOnlyList<ResourceView> Slots => _slots;

    public string AccessKey { get; }

    /// <summary>Builds the images, makes all pods at once and waits until they are ready.</summary>
    public static async Task<KubernetesCluster> StartAsync(VirtualNetwork network, string folder, TextWriter output)
    {
        var images = Path.Combine(folder, "images");
        output.WriteLine(Command.Run("bash", Path.Combine(Programs.Root, "deploy", "image", "build.sh"), images).Trim());
        var podman = new Podman(folder);
        podman.Import(Path.Combine(images, "replica.tar"), "localhost/replicated-ds-replica:0.1.0", """["/usr/share/dotnet/dotnet","/app/ReplicatedDs.Replica.dll"]""");
        podman.Import(Path.Combine(images, "redis.tar"), "docker.io/library/redis:7", "[]");

        // The headless service's part: a name for each pod. podman copies this file into every container; nobody outside this process's mounts sees it.
        var hosts = Path.Combine(folder, "hosts");
        await File.WriteAllLinesAsync(hosts, ["127.0.0.1 localhost", .. Hosts.Select(host => $"{network.AddressOf(host)} {host}.{host[..host.LastIndexOf('-')]}")]);
        Command.Run("mount", "--bind", hosts, "/etc/hosts");
        var cluster = new KubernetesCluster(network, Manifests.Render(Directory.CreateDirectory(Path.Combine(folder, "kubernetes")).FullName), podman);
        cluster.Make(Redis, 0);
        for (var number = 0; number < Replicas; number++)
        {
            cluster.Make(Set, number);
        }

        for (var number = 0; number < Replicas; number++)
        {
            await cluster.ReadyAsync(number);
        }

        return cluster;
    }

    public IReadOnlyList<ReplicaApi> Running() => [.. Enumerable.Range(0, Replicas).Select(Api)];

    /// <summary>SIGKILL of the pod's process: its restart policy starts it again.</summary>
    public async Task KillAsync(int number)
    {
        var process = _podman.ProcessOf($"{Set}-{number}", "replica") ?? throw new XunitException($"{Set}-{number} does not run.");
        ProcessTable.Kill(process);
        await Eventually.SeesAsync($"{Set}-{number} runs again", () => Task.FromResult(_podman.ProcessOf($"{Set}-{number}", "replica")), pid => pid is { } one && one != process);
        await ReadyAsync(number);
    }

    /// <summary>Takes the pod away and makes another with the same name and volume, as a rolling update does.</summary>
    /// <param name="withVolume">False: its volume is lost as well.</param>
    public async Task ReplaceAsync(int number, bool withVolume = true)
    {
        _podman.Run("pod", "stop", "--time", "30", $"{Set}-{number}");
        _podman.Run("pod", "rm", "--force", $"{Set}-{number}");
        if (!withVolume)
        {
            _podman.Run("volume", "rm", "--force", $"data-{Set}-{number}");
        }

        Make(Set, number);
        await ReadyAsync(number);
    }

    public void Stop() => _podman.Run("pod", "rm", "--force", "--all");

    private ReplicaApi Api(int number) => new(_slots[number], _clusterKey, AccessKey);

    private void Make(string set, int number)
    {
        JsonObject[] documents = [.. _manifests.Maps(), _manifests.Pod(set, number)];
        _podman.Play($"{set}-{number}", string.Join("\n---\n", documents.Select(document => document.ToJsonString())));
    }

    /// <summary>As the readiness probe asks.</summary>
    private async Task ReadyAsync(int number)
    {
        var answer = await Eventually.SeesAsync(
            $"{Set}-{number} is ready",
            async () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(_slots[number].Http!), "/health"));
                request.Headers.Host = "localhost";
                try
                {
                    return await Harness.Http.SendAsync(request);
                }
                catch (HttpRequestException)
                {
                    return new Answer(_slots[number].Name, HttpStatusCode.ServiceUnavailable, "", _podman.Logs($"{Set}-{number}", "replica"), new Dictionary<string, string>());
                }
            },
            answer => answer.Status == HttpStatusCode.OK,
            TestCluster.StartDeadline);
        _slots[number] = _slots[number] with { Id = answer.Read<HealthView>().Replica, Pid = _podman.ProcessOf($"{Set}-{number}", "replica"), State = "Running" };
    }

    private static string Text(JsonNode base64) => Encoding.UTF8.GetString(Convert.FromBase64String((string)base64!));
}
