using System.Globalization;
using System.Text.Json;

namespace ReplicatedDs.TestService;

/// <summary>
/// As much of a replica as the app host sees: founds or joins, keeps an identity on disk, leaves. Ids come from a counter in the ids file,
/// as if that were an allocator, whatever Redis there is.
/// </summary>
internal sealed class StandInReplica(IConfiguration configuration, IHostApplicationLifetime lifetime)
{
    private string Folder => configuration["Replica:Data"]!;

    private string IdentityFile => Path.Combine(Folder, "identity.json");

    public bool Start()
    {
        if (File.Exists(IdentityFile))
        {
            return true;
        }

        var found = configuration["Replica:Found"] == "true";
        if (!found && !File.Exists(configuration["Ids:File"]))
        {
            return false; // nothing to join yet
        }

        Directory.CreateDirectory(Folder);
        using var ids = new FileStream(configuration["Ids:File"]!, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        using var reader = new StreamReader(ids);
        var state = reader.ReadToEnd().Split(' ');
        if (found && state.Length == 2)
        {
            return false; // a second founder
        }

        var cluster = found ? Guid.NewGuid().ToString("N") : state[0];
        var id = found ? 1 : int.Parse(state[1], CultureInfo.InvariantCulture) + 1;
        ids.SetLength(0);
        using var writer = new StreamWriter(ids);
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{cluster} {id}"));
        File.WriteAllText(IdentityFile, JsonSerializer.Serialize(new { clusterId = cluster, id, incarnation = Guid.NewGuid() }));
        return true;
    }

    public void Leave()
    {
        using var identity = JsonDocument.Parse(File.ReadAllBytes(IdentityFile));
        Directory.Move(Folder, $"{Folder}.left-{identity.RootElement.GetProperty("id").GetInt32()}-{DateTime.UtcNow:yyyyMMddHHmmssfff}");
        lifetime.StopApplication();
    }
}
