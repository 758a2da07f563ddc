using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>What the scenario needs of the cluster before it starts.</summary>
internal static class ScenarioRules
{
    /// <summary>The replicas that take writes, by id.</summary>
    public static IEnumerable<CastMember> Live(ClusterView view) =>
        view.Members.Where(replica => replica is { State: ReplicaStates.Running, IsLive: true }).OrderBy(replica => replica.Id).Select(replica => new CastMember(replica.Id!.Value, replica.Name));

    /// <summary>Nobody has stored anything: the newcomer's state, in which the cluster page opens with the invitation.</summary>
    public static bool IsEmpty(ClusterView view) => view.Members.Any(replica => replica.IsLive) && view.Members.All(replica => replica.Keys == 0);

    /// <param name="needed">How many running replicas it takes.</param>
    /// <param name="joins">It lets a spare join.</param>
    public static ScenarioObstacle? Obstacle(ClusterView view, LinkActions links, int needed, bool joins)
    {
        if (view.Version == 0)
        {
            return new ScenarioObstacle("The cluster was not heard yet.", ScenarioRemedy.None);
        }

        if (view.Control.ActRefusal is { } observes)
        {
            return new ScenarioObstacle(observes, ScenarioRemedy.None);
        }

        var cast = Live(view).ToList();
        if (cast.Count < needed)
        {
            var text = $"It needs {needed} replicas that run, and there {(cast.Count == 1 ? "is 1" : $"are {cast.Count}")}.";
            if (view.Members.FirstOrDefault(replica => replica.IsDown) is { } down)
            {
                return new ScenarioObstacle($"{text} {down.Label} is {down.State}.", ScenarioRemedy.Restart, down.Name);
            }

            return view.Replicas.Any(replica => replica is { IsSpare: true, State: ReplicaStates.Spare })
                ? new ScenarioObstacle(text, ScenarioRemedy.Join)
                : new ScenarioObstacle(text, ScenarioRemedy.None);
        }

        if (view.Links.FirstOrDefault(link => link.IsFaulty) is { } fault)
        {
            return new ScenarioObstacle($"Link r{fault.From}→r{fault.To} is {fault.Word}: somebody else's fault would spoil the picture.", ScenarioRemedy.HealAll);
        }

        return joins ? NoSpare(view, cast, needed) : links.Refusal(view.Find(cast[0].Name)!) is { } refusal ? new ScenarioObstacle(refusal, ScenarioRemedy.None) : null;
    }

    private static ScenarioObstacle? NoSpare(ClusterView view, List<CastMember> live, int needed)
    {
        if (ProcessActions.Refusal(view) is { } refusal)
        {
            return new ScenarioObstacle(refusal, ScenarioRemedy.None);
        }

        if (view.Replicas.Any(replica => replica is { IsSpare: true, State: ReplicaStates.Spare }))
        {
            return null;
        }

        return live.Count > needed
            ? new ScenarioObstacle($"No spare is left that could join. If {live[^1].Label} leaves, its slot is one.", ScenarioRemedy.Leave, live[^1].Name)
            : new ScenarioObstacle("No spare is left that could join: start the AppHost with one more (--Replicas:Spares).", ScenarioRemedy.None);
    }
}
