using ReplicatedDs.Dashboard.Actions;
using ReplicatedDs.Dashboard.Collector;

namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>The links that one run holds. Each heals itself soon, should the whole dashboard die; while the viewer looks on they are renewed.</summary>
internal sealed class OwnFaults(LinkActions links, ClusterStore store, TimeProvider time)
{
    /// <summary>A hold heals itself after it.</summary>
    public static readonly TimeSpan Expires = TimeSpan.FromSeconds(60);

    /// <summary>How often holds are renewed while somebody looks on.</summary>
    public static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(25);

    private const int TriesMax = 5;

    private readonly List<(CastMember From, CastMember To)> _held = [];

    public IReadOnlyList<(CastMember From, CastMember To)> Held => _held;

    public async Task<ActionOutcome> HoldAsync(CastMember from, CastMember to, TimeSpan? expires = null)
    {
        // Noted before it is asked: an answer that is lost may hide a hold.
        if (!_held.Contains((from, to)))
        {
            _held.Add((from, to));
        }

        return store.Current.Find(from.Name) is { } sender ? await links.HoldAsync(sender, to.Id, expires ?? Expires) : ActionOutcome.Failed($"{from.Label} is gone.");
    }

    /// <summary>Holds all of them for another while; the first failure, else <c>null</c>.</summary>
    public async Task<ActionOutcome?> RenewAsync(TimeSpan? expires = null)
    {
        foreach (var (from, to) in _held.ToList())
        {
            if (await HoldAsync(from, to, expires) is { IsDone: false } failure)
            {
                return failure;
            }
        }

        return null;
    }

    /// <summary>Heals all of them, or only those that lead to one replica; answers what is left, in a sentence, or <c>null</c>.</summary>
    public async Task<string?> HealAsync(CastMember? to = null)
    {
        string? trouble = null;
        foreach (var link in _held.Where(link => to is null || link.To == to).ToList())
        {
            trouble = await HealAsync(link.From, link.To) ?? trouble;
        }

        return trouble;
    }

    /// <summary>What happens to the links from now on is somebody else's.</summary>
    public void Forget() => _held.Clear();

    private async Task<string?> HealAsync(CastMember from, CastMember to)
    {
        ActionOutcome? outcome = null;
        for (var tries = 0; tries < TriesMax; tries++)
        {
            // A fault is lost with the replica that has it, and a link with the replica that it leads to.
            if (store.Current.Find(from.Name) is not { } sender || sender.IsDown || sender.Id != from.Id || !IsMember(to))
            {
                _held.Remove((from, to));
                return null;
            }

            outcome = await links.HealAsync(sender, to.Id);
            if (outcome.IsDone)
            {
                _held.Remove((from, to));
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), time);
        }

        return $"{outcome?.Text} It heals itself within {Expires.TotalSeconds:0} s.";
    }

    private bool IsMember(CastMember member) => store.Current.Members.Any(seen => seen.Id == member.Id);
}
