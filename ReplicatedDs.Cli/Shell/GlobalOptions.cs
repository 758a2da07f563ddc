using System.CommandLine;

namespace ReplicatedDs.Cli.Shell;

/// <summary>Options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Replica { get; } = new("--replica", "-r")
    {
        Recursive = true,
        HelpName = "name|id|url",
        Description = "Ask this replica and no other: its name (replica-2), its id (2), or its address",
    };

    public Option<string?> Cluster { get; } = new("--cluster", "-c")
    {
        Recursive = true,
        HelpName = "path|urls",
        Description = "The cluster: its cluster.json, the folder of it, or addresses of replicas separated by commas. Default: RDS_CLUSTER, else .data/cluster.json here or in a folder above",
    };

    public Option<bool> Json { get; } = new("--json") { Recursive = true, Description = "Print JSON" };

    public Option<bool> NoSession { get; } = new("--no-session") { Recursive = true, Description = "Neither use nor keep the session that otherwise joins one command to the next" };

    public IEnumerable<Option> All => [Replica, Cluster, Json, NoSession];
}
