namespace ReplicatedDs.AppHost.Settings;

/// <summary>The checked settings of one run.</summary>
internal sealed record AppHostSettings
{
    public required int Count { get; init; }

    public required int Spares { get; init; }

    /// <value>A full path.</value>
    public required string Data { get; init; }

    public required bool FixedPorts { get; init; }

    public required bool Dashboard { get; init; }

    public required string Durability { get; init; }

    public required bool Lab { get; init; }

    public required bool Resp { get; init; }

    public required bool Text { get; init; }

    public required bool TrustDisk { get; init; }

    /// <value>Replicas and gateways ask their callers for keys.</value>
    public required bool Keys { get; init; }

    public required int ControlPort { get; init; }

    /// <value>Null: no Redis was named.</value>
    public required string? Redis { get; init; }

    /// <exception cref="RefusedException">A value that cannot be used, or an unknown key in a section of ours.</exception>
    public static AppHostSettings Read(IConfiguration configuration)
    {
        RefuseUnknownKeys(configuration);
        var settings = new AppHostSettings
        {
            Count = Number(configuration, "Replicas:Count"),
            Spares = Number(configuration, "Replicas:Spares"),
            Data = Path.GetFullPath(Value(configuration, "Data")),
            FixedPorts = Value(configuration, "Ports").Equals("fixed", StringComparison.OrdinalIgnoreCase),
            Dashboard = Flag(configuration, "Dashboard:Enabled"),
            Durability = Value(configuration, "Durability").ToLowerInvariant(),
            TrustDisk = Flag(configuration, "TrustDisk"),
            Lab = Flag(configuration, "Lab"),
            Resp = Flag(configuration, "Resp:Enabled"),
            Text = Flag(configuration, "Text:Enabled"),
            Keys = Flag(configuration, "Security:Keys"),
            ControlPort = Number(configuration, "Control:Port"),
            Redis = Value(configuration, "ConnectionStrings:redis") is { Length: > 0 } given ? given : null,
        };
        return settings.Count + settings.Spares <= SettingsTable.MostReplicas
            ? settings
            : throw new RefusedException($"Replicas:Count and Replicas:Spares are {settings.Count + settings.Spares} together; at most {SettingsTable.MostReplicas} are possible.");
    }

    /// <summary>Only sections that nobody else uses: the environment is full of other programs' variables.</summary>
    private static void RefuseUnknownKeys(IConfiguration configuration)
    {
        var sections = SettingsTable.All.Where(setting => setting.Key.Contains(':') && !setting.Key.StartsWith("ConnectionStrings", StringComparison.Ordinal))
            .Select(setting => setting.Key.Split(':')[0])
            .Distinct();
        foreach (var section in sections)
        {
            if (configuration.GetSection(section).AsEnumerable().FirstOrDefault(entry => entry.Value is not null && SettingsTable.Find(entry.Key) is null).Key is { } unknown)
            {
                throw new RefusedException($"There is no setting {unknown} (it is in an environment variable or in appsettings.json); --help lists them.");
            }
        }
    }

    private static string Value(IConfiguration configuration, string key)
    {
        var setting = SettingsTable.Find(key)!;
        if (configuration[key] is not { } given || (given.Length == 0 && setting.Default.Length == 0))
        {
            return setting.Default;
        }

        return setting.IsGood(given) ? given : throw new RefusedException($"{setting.Key}: '{given}' is not {setting.Expected}.");
    }

    private static int Number(IConfiguration configuration, string key) => int.Parse(Value(configuration, key), CultureInfo.InvariantCulture);

    private static bool Flag(IConfiguration configuration, string key) => bool.Parse(Value(configuration, key));
}
