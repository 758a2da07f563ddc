using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;

// The snippets assign what a reader sees the type of.
#pragma warning disable IDE0059

namespace ReplicatedDs.Client.Tests.Documentation;

/// <summary>What the README shows, compiled: <see cref="ReadmeTests"/> finds each of its snippets here, line by line.</summary>
internal static partial class ReadmeSnippets
{
    public static async Task FirstAsync()
    {
        using var client = new ReplicatedDsClient(new Uri("http://127.0.0.1:7101"), new Uri("http://127.0.0.1:7102"));
        await using var session = client.StartSession();

        await session.SetAsync("question", "Is it safe?");
        Console.WriteLine(await session.GetStringAsync("question"));
    }

    public static async Task SessionsAsync(ReplicatedDsClient client, CausalSession session)
    {
        await session.SetAsync("photo", "sea.jpg");
        string? token = session.Token;

        await using var elsewhere = client.StartSession(token);
        Console.WriteLine(await elsewhere.GetStringAsync("photo")); // sea.jpg, whichever replica answers
    }

    public static async Task ValuesAsync(CausalSession session)
    {
        await session.SetAsync("user:1", new User("Ann", 7), AppJson.Default.User);
        User? user = await session.GetAsync("user:1", AppJson.Default.User);

        await session.SetAsync("picture", new byte[] { 1, 2, 3 }, "image/png");
        Entry? entry = await session.GetAsync("picture"); // null: no value
    }

    public static async Task ConditionsAsync(CausalSession session)
    {
        await session.SetAsync("lock", "mine", Condition.Absent);
        if (await session.GetAsync("lock") is { } held)
        {
            await session.SetAsync("lock", "still mine", Condition.Unchanged(held.Dot));
        }
    }

    public static async Task TypesAsync(CausalSession session)
    {
        Counted likes = await session.IncrementAsync("likes", by: 1);
        await session.AddMemberAsync("tags", "sea");
        IReadOnlyList<string> tags = await session.GetMembersAsync("tags");

        await session.CommitAsync(new Transaction()
            .Set("album", "summer")
            .Increment("albums")
            .Add("tags", "summer"));

        IReadOnlyDictionary<string, Entry?> cut = await session.SnapshotAsync(["album", "photo"]);

        await foreach (ListedKey key in session.ListAsync(prefix: "user:"))
        {
            Console.WriteLine($"{key.Key} {key.Dot}");
        }
    }

    public static async Task WatchAsync(CausalSession session, CancellationToken cancellationToken)
    {
        await foreach (Change change in session.WatchAsync(prefix: "user:", cancellationToken: cancellationToken))
        {
            Console.WriteLine($"{change.Kind} {change.Key} {change.Entry?.Text}");
        }
    }

    public static async Task FailuresAsync(CausalSession session)
    {
        try
        {
            await session.SetAsync("k", "v", Condition.Absent);
        }
        catch (ConditionFailedException exception)
        {
            Console.WriteLine($"The key has {string.Join(", ", exception.Current)}"); // nothing was changed
        }
        catch (ReplicaRefusedException exception)
        {
            Console.WriteLine($"{exception.Name}: {exception.Message}"); // nothing was changed; trying again does not help
        }
        catch (CausalTimeoutException exception)
        {
            Console.WriteLine($"Not applied yet: {string.Join(", ", exception.Missing)}"); // nothing was changed; try later
        }
        catch (ReplicasUnavailableException exception)
        {
            Console.WriteLine(exception.MayHaveHappened ? "No answer: read whether it happened" : "Nobody could be asked");
        }
    }

    public static void Register(IServiceCollection services)
    {
        services.AddReplicatedDsClient(options =>
        {
            options.Replicas.Add(new Uri("http://127.0.0.1:7101"));
            options.Replicas.Add(new Uri("http://127.0.0.1:7102"));
            options.Order = ReplicaOrder.Spread;
            options.CausalTimeout = TimeSpan.FromSeconds(2);
        });
    }

    internal sealed record User(string Name, int Level);

    [JsonSerializable(typeof(User))]
    internal sealed partial class AppJson : JsonSerializerContext;
}
