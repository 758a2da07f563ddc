namespace ReplicatedDs.AppHost.Settings;

/// <summary>The single table of what can be set, whether by a switch, an environment variable or appsettings.json.</summary>
internal static class SettingsTable
{
    /// <summary>Names replica-1 to replica-99: with more, the port ranges of the gateways would overlap.</summary>
    public const int MostReplicas = 99;

    public static readonly IReadOnlyList<Setting> All =
    [
        Setting.Number("Replicas:Count", 3, 1, MostReplicas, "replicas that a first run starts"),
        Setting.Number("Replicas:Spares", 5, 0, MostReplicas - 1, "further replicas that can join"),
        new("Data", "./.data", "the path of a folder", "folder of all data, relative to the current directory", text => !string.IsNullOrWhiteSpace(text) && !text.Contains('\0')),
        Setting.Choice("Ports", "fixed: 7080, 7100+n, …; auto: any free ones", "fixed", "auto"),
        Setting.Switch("Dashboard:Enabled", "start the dashboard"),
        Setting.Choice("Durability", "when a write counts as stored", "fsync", "os", "memory"),
        new("TrustDisk", "false", "true or false", "write after a start without another replica's word that the data folder is no older copy", text => bool.TryParse(text, out _)),
        Setting.Switch("Lab", "allow link faults and hand delivery"),
        Setting.Switch("Resp:Enabled", "the Redis protocol gateway"),
        Setting.Switch("Text:Enabled", "the framed text gateway"),
        new("Security:Keys", "false", "true or false", "ask every caller of the replicas and their gateways for a key; keys.json in the data folder has them", text => bool.TryParse(text, out _)),
        Setting.Number("Control:Port", 7090, 1, 65535, "port of the control API"),
        new("ConnectionStrings:redis", "", "host:port, with options after a comma", "Redis that hands out ids; none: redis-server on PATH, else a file", IsRedis),
        new("environment", "", "a name", "Development, Production, …", text => !string.IsNullOrWhiteSpace(text)),
    ];

    /// <summary>Sections of .NET's own that are passed on unread.</summary>
    public static readonly IReadOnlyList<string> FreeSections = ["Logging"];

    public static Setting? Find(string key) => All.FirstOrDefault(setting => string.Equals(setting.Key, key, StringComparison.OrdinalIgnoreCase));

    public static bool IsFree(string key) => FreeSections.Any(section => key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase));

    public static string Help()
    {
        var text = new StringBuilder("ReplicatedDs.AppHost starts a cluster on this machine. Switches (also as environment variables, Replicas__Count, or in appsettings.json):\n");
        foreach (var setting in All)
        {
            text.Append(CultureInfo.InvariantCulture, $"  --{setting.Key,-24} {setting.Meaning} ({setting.Expected}{(setting.Default == "" ? "" : $"; {setting.Default}")})\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"  --{"Logging:…",-24} logging of .NET, e.g. --Logging:LogLevel:Default Debug\n").ToString();
    }

    private static bool IsRedis(string text)
    {
        var server = text.Split(',')[0].Trim();
        var colon = server.LastIndexOf(':');
        return colon > 0 && server[..colon].All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '[' or ']' or ':' or '_')
            && ushort.TryParse(server[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;
    }
}
