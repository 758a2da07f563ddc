using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>The keys that scenarios write: they begin with <see cref="Prefix"/> and are removed before a run and after it.</summary>
internal sealed class DemoKeys(KeyActions actions, ClusterStore store)
{
    public const string Prefix = "demo:";

    /// <exception cref="ScenarioFailure">A replica of the cast does not answer, or shows a key that was removed.</exception>
    public async Task RemoveAsync(IReadOnlyCollection<CastMember> cast, IReadOnlyList<string> keys)
    {
        var session = new CausalSession();
        foreach (var key in keys)
        {
            // Read where the leftovers would be seen, so that the delete knows of them and replaces them everywhere.
            var left = new List<bool>();
            foreach (var member in cast)
            {
                left.Add(await IsPresentAsync(member, key, session));
            }

            if (left.Contains(true) && await actions.DeleteAsync(Picture(cast.First()), key, session) is { IsDone: false } failure)
            {
                throw new ScenarioFailure(failure.Text);
            }
        }

        foreach (var key in keys)
        {
            foreach (var member in cast)
            {
                if (await IsPresentAsync(member, key, session))
                {
                    throw new ScenarioFailure($"{member.Label} still shows {key}, although it was removed.");
                }
            }
        }
    }

    private async Task<bool> IsPresentAsync(CastMember at, string key, CausalSession session)
    {
        var read = await actions.ReadAsync(Picture(at), key, session);
        return read.Outcome.IsDone ? read.IsPresent : throw new ScenarioFailure(read.Outcome.Text);
    }

    private Views.ReplicaPicture Picture(CastMember member) => store.Current.Find(member.Name) ?? throw new ScenarioFailure($"{member.Label} is gone.");
}
