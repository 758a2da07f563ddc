using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>What the scenario needs of the cluster before it starts.</summary>
internal static class ScenarioRules
{
    private const int Needed = 3;

    /// <summary>The first three replicas that take writes, by id; <c>null</c>: there are fewer.</summary>
    public static ScenarioCast? Cast(ClusterView view)
    {
        var live = view.Members.Where(replica => replica is { State: ReplicaStates.Running, IsLive: true }).OrderBy(replica => replica.Id).Take(Needed)
            .Select(replica => new CastMember(replica.Id!.Value, replica.Name)).ToArray();
        return live.Length == Needed ? new ScenarioCast(live[0], live[1], live[2]) : null;
    }

    /// <summary>Nobody has stored anything: the newcomer's state, in which the cluster page opens with the invitation.</summary>
    public static bool IsEmpty(ClusterView view) => view.Members.Any(replica => replica.IsLive) && view.Members.All(replica => replica.Keys == 0);

    public static ScenarioObstacle? Obstacle(ClusterView view, LinkActions links)
    {
        if (view.Version == 0)
        {
            return new ScenarioObstacle("The cluster was not heard yet.", ScenarioRemedy.None);
        }

        if (Cast(view) is not { } cast)
        {
            var live = view.Members.Count(replica => replica is { State: ReplicaStates.Running, IsLive: true });
            var text = $"It needs {Needed} replicas that run, and there {(live == 1 ? "is 1" : $"are {live}")}.";
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

        return links.Refusal(view.Find(cast.Asker.Name)!) is { } refusal ? new ScenarioObstacle(refusal, ScenarioRemedy.None) : null;
    }
}
