using System.Text.Json;
using ReplicatedDs.Cli.Shell;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Clusters;

/// <summary>Finds the cluster that a command means.</summary>
internal static class ClusterFinder
{
    private const string FileName = "cluster.json";

    /// <param name="cluster">What <c>--cluster</c> says.</param>
    /// <param name="replica">What <c>--replica</c> says.</param>
    public static async Task<Cluster> FindAsync(string? cluster, string? replica, Surroundings surroundings, CancellationToken cancellation)
    {
        cluster ??= surroundings.Variable("RDS_CLUSTER") is { Length: > 0 } variable ? variable : null;
        if (cluster is null && replica is not null && IsAddress(replica))
        {
            cluster = replica;
        }

        return cluster is not null && IsAddress(cluster)
            ? await FromAddressesAsync(cluster, replica, Secret("RDS_CLUSTER_KEY"), Secret("RDS_KEY"), cancellation)
            : FromFile(cluster is null ? FileAbove(surroundings.Folder) : FileAt(cluster, surroundings.Folder), replica, Secret("RDS_KEY"));

        // Variables, no switches: a list of processes shows those.
        string? Secret(string name) => surroundings.Variable(name) is { Length: > 0 } value ? value : null;
    }

    private static bool IsAddress(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static string FileAbove(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, ".data", FileName);
            if (File.Exists(file))
            {
                return file;
            }
        }

        throw new RdsException(
            ExitCodes.Unavailable,
            $"No cluster runs here: there is no .data/{FileName} in {start} or above it. Start one with 'dotnet run --project ReplicatedDs.AppHost', or name one with --cluster.");
    }

    private static string FileAt(string path, string folder)
    {
        var full = Path.GetFullPath(path, folder);
        return new[] { full, Path.Combine(full, FileName), Path.Combine(full, ".data", FileName) }.FirstOrDefault(File.Exists)
            ?? throw new RdsException(ExitCodes.Unavailable, $"No cluster runs there: there is no {FileName} at {full}.");
    }

    private static Cluster FromFile(string file, string? replica, string? ownKey)
    {
        ClusterDescription? description;
        try
        {
            description = JsonSerializer.Deserialize<ClusterDescription>(File.ReadAllBytes(file), JsonSerializerOptions.Web);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new RdsException(ExitCodes.BadUsage, $"{file} cannot be read: {exception.Message}");
        }

        if (description?.Replicas is null)
        {
            throw new RdsException(ExitCodes.BadUsage, $"{file} does not describe a cluster.");
        }

        IReadOnlyList<ReplicaTarget> replicas =
        [
            .. description.Replicas.Where(one => one.Http is not null).Select(one => new ReplicaTarget(one.Name, one.Id, new Uri(one.Http!), one.Pid is not null, one.State)),
        ];
        var only = replica is null ? null : replicas.FirstOrDefault(one => one.Matches(replica)) ?? throw Cluster.Unknown(replica, replicas);
        if (only is null && !replicas.Any(one => one.Runs))
        {
            throw new RdsException(ExitCodes.Unavailable, $"No replica of {file} runs.");
        }

        return new Cluster(description.ClusterId ?? file, description, replicas, only, description.ClusterKey, ownKey);
    }

    private static ReplicatedDsClientOptions Options(IEnumerable<Uri> addresses, string? ownKey)
    {
        var options = new ReplicatedDsClientOptions { Key = ownKey };
        foreach (var address in addresses)
        {
            options.Replicas.Add(address);
        }

        return options;
    }

    private static async Task<Cluster> FromAddressesAsync(string text, string? replica, string? key, string? ownKey, CancellationToken cancellation)
    {
        var addresses = new List<Uri>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            addresses.Add(Uri.TryCreate(part, UriKind.Absolute, out var address) && address.AbsolutePath == "/"
                ? new Uri(address.GetLeftPart(UriPartial.Authority))
                : throw new RdsException(ExitCodes.BadUsage, $"'{part}' is not a replica's address; it has to be like http://127.0.0.1:7101."));
        }

        using var client = new ReplicatedDsClient(Options(addresses, ownKey));
        var reasons = new List<string>();
        foreach (var address in addresses)
        {
            try
            {
                var status = await client.At(address).StatusAsync(cancellation);
                var members = await client.At(address).MembersAsync(cancellation);
                IReadOnlyList<ReplicaTarget> replicas =
                [
                    .. members.Members.Where(member => member.Status is "active" or "joining" or "evicting" && member.Http.Length > 0)
                        .Select(member => new ReplicaTarget(member.Name, member.Id, new Uri(member.Http), true, member.Status)),
                ];
                var only = replica is null ? null : replicas.FirstOrDefault(one => one.Matches(replica)) ?? throw Cluster.Unknown(replica, replicas);
                return new Cluster(status.ClusterId, null, replicas, only, key, ownKey);
            }
            catch (ReplicatedDsException exception)
            {
                reasons.Add(exception.Message);
            }
        }

        throw new RdsException(ExitCodes.Unavailable, reasons[^1]);
    }
}
