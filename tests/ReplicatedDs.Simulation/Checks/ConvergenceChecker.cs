using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Checks;

/// <summary>
/// At rest all replicas are the same: delivered clock, members, winner and siblings of each key, and these are what follows from all updates
/// ever made durable, recomputed from scratch.
/// </summary>
internal sealed class ConvergenceChecker(History history) : Checker
{
    public override void Finished(SimulatedCluster cluster)
    {
        // What a guest gave to a replica that had left is nobody's promise, and what a dead one alone had is lost.
        var held = history.All
            .Where(written => !cluster.IsLost(written.Update.Dot))
            .Where(written => !written.IsOfGuest || cluster.Running.Any(replica => history.Of(replica).Delivered.Has(written.Update.Dot)))
            .ToList();
        var all = new Counts();
        foreach (var written in held)
        {
            all.Include(written.Update.Dot);
        }

        var keys = Recompute(held);
        var typed = new KeyModel();
        foreach (var written in held.OrderBy(one => one.Update.Timestamp.Packed).ThenBy(one => one.Update.Origin.Value))
        {
            typed.Apply(written);
        }

        string? members = null;
        foreach (var replica in cluster.Running)
        {
            var state = replica.Published;
            Require(all.Same(state), replica, () => $"delivered {state.Delivered}, written was {all}");
            var mine = string.Join(' ', state.Members.Select(member => string.Create(
                CultureInfo.InvariantCulture, $"{member.Id}:{member.Status}:{member.Incarnation}:{member.Final}:{member.Floor}")));
            Require(members is null || members == mine, replica, () => $"knows the members {mine}; others: {members}");
            members = mine;
            foreach (var (key, versions) in keys)
            {
                // Where a guest's update waits for ever things may be kept that others have forgotten.
                var actual = state.Keys.Find(key)?.Versions.Where(version => version.Kind != VersionKind.Void).Select(version => version.Dot).ToList() ?? [];
                var expected = Remaining(versions);
                Require(
                    actual.SequenceEqual(expected) || (state.Members.HasGuests && IsPartOf(actual, versions)),
                    replica,
                    () => $"{key} is [{string.Join(' ', actual)}]; from all updates follows [{string.Join(' ', expected)}]");
            }

            foreach (var key in typed.Keys.Where(key => !KeyModel.IsPlain(key)))
            {
                var difference = typed.Difference(key, state.Keys.Find(key), cluster.HasEverybody);
                Require(difference is null, replica, () => $"from all updates follows: {difference}");
            }
        }
    }

    /// <summary>Whether at most beaten deletes are gone.</summary>
    private static bool IsPartOf(List<Dot> actual, List<(Dot Dot, bool IsDelete)> versions) => actual.Count > 0 && versions.Count > 0 && actual[0] == versions[0].Dot
        && actual.SequenceEqual(versions.Where(version => !version.IsDelete || actual.Contains(version.Dot)).Select(version => version.Dot));

    /// <summary>What is left when everybody has everything: no delete, and nothing that one has beaten.</summary>
    private static List<Dot> Remaining(List<(Dot Dot, bool IsDelete)> versions) =>
        versions is [{ IsDelete: true }, ..] ? [] : [.. versions.Where(version => !version.IsDelete).Select(version => version.Dot)];

    /// <summary>Whether <paramref name="one"/> is void: the same write as <paramref name="other"/>, which has the smaller dot, and neither saw the other.</summary>
    private static bool IsRepeatedBy(WrittenUpdate other, WrittenUpdate one) => one.Update.OperationId is not null
        && other.Update.OperationId == one.Update.OperationId && other.Update.Dot < one.Update.Dot && !one.Dependencies.Has(other.Update.Dot);

    /// <summary>Per key the versions that no other write of the key has in its causal past, the last by (timestamp, id) first.</summary>
    private static SortedDictionary<string, List<(Dot Dot, bool IsDelete)>> Recompute(List<WrittenUpdate> updates)
    {
        var writes = new SortedDictionary<string, List<WrittenUpdate>>(StringComparer.Ordinal);
        foreach (var written in updates)
        {
            foreach (var key in written.Update.Operations.OfType<KeyOperation>().Select(operation => operation.Key).Where(KeyModel.IsPlain).Distinct(StringComparer.Ordinal))
            {
                if (!writes.TryGetValue(key, out var list))
                {
                    writes.Add(key, list = []);
                }

                list.Add(written);
            }
        }

        var result = new SortedDictionary<string, List<(Dot Dot, bool IsDelete)>>(StringComparer.Ordinal);
        foreach (var (key, list) in writes)
        {
            result.Add(key, [.. list
                .Where(one => !list.Exists(other => other != one && (other.Dependencies.Has(one.Update.Dot) || IsRepeatedBy(other, one))))
                .OrderByDescending(one => one.Update.Timestamp.Packed)
                .ThenByDescending(one => one.Update.Origin.Value)
                .Select(one => (one.Update.Dot, one.Update.Operations.OfType<KeyOperation>().Last(operation => operation.Key == key) is DeleteOperation))]);
        }

        return result;
    }
}
