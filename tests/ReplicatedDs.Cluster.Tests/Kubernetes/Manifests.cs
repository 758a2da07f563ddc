using System.Text;
using System.Text.Json.Nodes;
using ReplicatedDs.Cluster.Tests.Harness;
using ReplicatedDs.PrivateNetworks;

namespace ReplicatedDs.Cluster.Tests.Kubernetes;

/// <summary>What <c>kubectl kustomize deploy/kubernetes</c> renders, with keys drawn for it.</summary>
internal sealed class Manifests
{
    private readonly List<JsonObject> _objects;

    private Manifests(List<JsonObject> objects) => _objects = objects;

    public IEnumerable<JsonObject> OfKind(string kind) => _objects.Where(one => (string?)one["kind"] == kind);

    public JsonObject Named(string kind, string name) => OfKind(kind).Single(one => (string?)one["metadata"]!["name"] == name);

    /// <summary>The config maps, and the secrets as such.</summary>
    public IEnumerable<JsonObject> Maps() => OfKind("ConfigMap").Concat(OfKind("Secret").Select(secret => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = (string)secret["metadata"]!["name"]! },
        ["data"] = new JsonObject(secret["data"]!.AsObject().Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)Encoding.UTF8.GetString(Convert.FromBase64String((string)entry.Value!))))),
    }));

    /// <param name="folder">An empty one, for a copy of the manifests and the keys.</param>
    public static Manifests Render(string folder)
    {
        TestFolder.Copy(Path.Combine(Programs.Root, "deploy", "kubernetes"), folder);
        Command.Run("bash", Path.Combine(folder, "secrets.sh"));
        var documents = Command.Run("kubectl", "kustomize", folder).Split("\n---\n", StringSplitOptions.RemoveEmptyEntries);
        // kubectl knows the schema of each and speaks JSON, without a cluster.
        return new Manifests([.. documents.Select(document => JsonNode.Parse(Command.Run(["kubectl", "annotate", "--local", "-f", "-", "-o", "json", "replicated-ds/rendered=true"], document))!.AsObject())]);
    }

    /// <summary>
    /// The pod that the StatefulSet makes for a number, as podman takes it: with the network of its host, and without probes (podman runs them in the container, which has no shell) and
    /// affinity. Secrets are mounted as config maps: podman 4.3 gives the files of a secret as they are encoded in it.
    /// </summary>
    public JsonObject Pod(string set, int number)
    {
        var template = Named("StatefulSet", set)["spec"]!["template"]!.DeepClone().AsObject();
        var spec = template["spec"]!.AsObject();
        var name = $"{set}-{number}";
        spec["hostNetwork"] = true;
        spec.Remove("affinity");
        foreach (var container in spec["containers"]!.AsArray())
        {
            foreach (var probe in (string[])["startupProbe", "livenessProbe", "readinessProbe", "ports"])
            {
                container!.AsObject().Remove(probe);
            }
        }

        // podman would share an empty folder of one name between pods; with a read-only root it makes one of its own at /tmp.
        JsonArray volumes = [.. (spec["volumes"]?.AsArray() ?? []).Where(volume => volume!["emptyDir"] is null).Select(volume => volume!.DeepClone())];
        foreach (var container in spec["containers"]!.AsArray())
        {
            container!["volumeMounts"] = new JsonArray([.. container["volumeMounts"]!.AsArray().Where(mount => (string?)mount!["mountPath"] != "/tmp").Select(mount => mount!.DeepClone())]);
        }

        foreach (var volume in volumes.Where(volume => volume!["secret"] is not null))
        {
            volume!["configMap"] = new JsonObject { ["name"] = (string)volume["secret"]!["secretName"]!, ["optional"] = false };
            volume.AsObject().Remove("secret");
        }

        foreach (var claim in Named("StatefulSet", set)["spec"]!["volumeClaimTemplates"]!.AsArray())
        {
            var volume = (string)claim!["metadata"]!["name"]!;
            volumes.Add(new JsonObject { ["name"] = volume, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = $"{volume}-{name}" } });
        }

        spec["volumes"] = volumes;
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = template["metadata"]!["labels"]!.DeepClone() },
            ["spec"] = template["spec"]!.DeepClone(),
        };
    }
}
