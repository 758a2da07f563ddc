using ReplicatedDs.PrivateNetworks;

namespace ReplicatedDs.Cluster.Tests.Kubernetes;

/// <summary>podman with a store of its own, so that nothing of it is left on the machine.</summary>
internal sealed class Podman
{
    private readonly string _folder;
    private readonly string[] _words;

    public Podman(string folder)
    {
        _folder = folder;
        // podman asks for limits that a container of somebody else's may not raise to; whatever is in force here is enough.
        var runtime = Path.Combine(folder, "runc");
        File.WriteAllText(runtime, """
            #!/bin/sh
            previous=
            for word in "$@"; do
              [ "$previous" = --bundle ] && sed -i 's/"rlimits":\[[^]]*\]/"rlimits":[]/' "$word/config.json"
              previous="$word"
            done
            exec runc "$@"

            """);
        Command.Run("chmod", "500", runtime);
        Command.Run("mount", "-t", "tmpfs", "tmpfs", "/mnt"); // its sockets want short paths; nobody outside sees it
        _words =
        [
            "podman", "--root", Path.Combine(folder, "store"), "--runroot", "/mnt/run", "--tmpdir", "/mnt/tmp", "--storage-driver", "vfs", "--runtime", runtime,
            "--cgroup-manager", "cgroupfs", "--events-backend", "none",
        ];
    }

    public string Run(params string[] words) => Command.Run([.. _words, .. words]);

    /// <summary>Makes an image of a root file system.</summary>
    public void Import(string archive, string image, string entrypoint) => Run("import", "--change", "ENV PATH=/usr/bin:/bin", "--change", $"ENTRYPOINT {entrypoint}", archive, image);

    /// <summary>Makes what the YAML or JSON documents say, with the network of a host.</summary>
    public void Play(string host, string documents)
    {
        var file = Path.Combine(_folder, $"{host}.yaml");
        File.WriteAllText(file, documents);
        Command.Run(["nsenter", $"--net=/run/netns/{host}", .. _words, "play", "kube", file]);
    }

    /// <summary>The first process of a pod's only container; <c>null</c> if it does not run.</summary>
    public int? ProcessOf(string pod, string container) =>
        int.TryParse(Command.Try([.. _words, "inspect", "--format", "{{.State.Pid}}", $"{pod}-{container}"]).Output.Trim(), out var pid) && pid > 0 ? pid : null;

    public string Logs(string pod, string container) => Command.Try([.. _words, "logs", "--tail", "60", $"{pod}-{container}"]) is var said ? said.Output + said.Errors : "";
}
