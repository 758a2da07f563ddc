using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>What a run works with.</summary>
internal sealed record LessonTools(
    KeyActions Keys, LinkActions Links, ProcessActions Processes, ReplicaReader Reader, ClusterStore Store, EventLog Log, TimeProvider Time);
