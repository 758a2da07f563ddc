using ReplicatedDs.AppHost.Cluster;

namespace ReplicatedDs.AppHost.Control;

internal static class Endpoints
{
    /// <summary>The dashboard's login URL.</summary>
    public static string Login(string dashboardUrl, string? dashboardToken) => $"Login to the dashboard at {dashboardUrl}/login?t={dashboardToken}";

    /// <summary>The dashboard's login URL and a table of who listens where; a port that is not the usual one is marked, and said below why.</summary>
    public static string Describe(ClusterPlan plan, string clusterFile, string? dashboardToken)
    {
        var text = new StringBuilder("\n");
        if (plan.DashboardUrl is { } url)
        {
            text.Append(Login(url, dashboardToken)).Append("\n\n");
        }

        string[][] rows =
        [
            ["", "http", "peer", "resp", "text", ""],
            .. plan.Slots.Select(slot => (string[])
            [
                slot.Name, slot.Http + Mark(slot.HttpPort), slot.Peer + Mark(slot.PeerPort), Address(slot.RespPort), Address(slot.TextPort),
                plan.AtOnce.Contains(slot.Number) || plan.InOrder.Contains(slot.Number) ? "" : "spare",
            ]),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => Math.Max(column == 0 ? "cluster.json".Length : 0, rows.Max(row => row[column].Length)) + 2).ToList();
        foreach (var row in rows)
        {
            text.Append(string.Concat(row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
        }

        text.Append("control API".PadRight(widths[0])).Append(plan.ControlUrl).Append(Mark(plan.ControlPort)).Append('\n');
        text.Append("cluster.json".PadRight(widths[0])).Append(clusterFile).Append('\n');
        foreach (var why in plan.Moved.Values)
        {
            text.Append(CultureInfo.InvariantCulture, $"* {why}\n");
        }

        return text.Append('\n').ToString();

        // Apart from the address: some terminals would take it for a part of the link.
        string Mark(int port) => plan.Moved.ContainsKey(port) ? " *" : "";

        string Address(int? port) => port is { } number ? $"127.0.0.1:{number}{Mark(number)}" : "-";
    }
}
