namespace ReplicatedDs.AppHost.Control;

internal static class Endpoints
{
    /// <summary>The dashboard's login URL and a table of who listens where.</summary>
    public static string Describe(ClusterOptions options, string? dashboardToken)
    {
        var text = new StringBuilder("\n");
        if (options.Plan.DashboardUrl is { } url)
        {
            text.Append(CultureInfo.InvariantCulture, $"Login to the dashboard at {url}/login?t={dashboardToken}\n\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{"",-14}{"http",-24}{"peer",-24}{"resp",-18}text\n");
        foreach (var slot in options.Plan.Slots)
        {
            var starts = options.Plan.AtOnce.Contains(slot.Number) || options.Plan.InOrder.Contains(slot.Number);
            text.Append($"{slot.Name,-14}{slot.Http,-24}{slot.Peer,-24}{Address(slot.RespPort),-18}{Address(slot.TextPort),-18}{(starts ? "" : "spare")}".TrimEnd()).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"{"control API",-14}{options.Plan.ControlUrl}\n");
        return text.Append(CultureInfo.InvariantCulture, $"{"cluster.json",-14}{options.Data.ClusterFile}\n\n").ToString();
    }

    private static string Address(int? port) => port is null ? "-" : $"127.0.0.1:{port}";
}
