using System.Collections.Immutable;
using System.Globalization;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Running;

/// <summary>Everything that a run follows from. Drawn from the seed; single ones can be overridden to shrink a failure.</summary>
internal sealed record SimulationOptions
{
    public required ulong Seed { get; init; }

    /// <summary>Replicas at the start.</summary>
    public required int Replicas { get; init; }

    /// <summary>Events of the safety phase.</summary>
    public required int Steps { get; init; }

    public required ImmutableSortedSet<FaultKind> Faults { get; init; }

    public required int Clients { get; init; }

    public required int Keys { get; init; }

    public required int WritePercent { get; init; }

    /// <summary>How often of 100 times a session moves to another replica before a request.</summary>
    public required int MovePercent { get; init; }

    /// <summary>The longest pause of a client between two requests, in microseconds.</summary>
    public required long ThinkTimeMax { get; init; }

    public required int WindowMax { get; init; }

    public required int RangeMax { get; init; }

    public required int BufferMax { get; init; }

    public required int ClockAheadSeconds { get; init; }

    /// <summary>After how long without a word a sponsor gives up on a joiner.</summary>
    public required int JoinTimeoutMs { get; init; }

    /// <summary>The deliberate fault in the core, to see whether the checks notice.</summary>
    public CoreMutation Mutation { get; init; }

    public static SimulationOptions FromSeed(ulong seed)
    {
        var random = new SeededRandom(seed, RandomStream.Options);
        var faults = new SortedSet<FaultKind>();
        var kinds = Enum.GetValues<FaultKind>();
        var percent = (int)random.Between(25, 75);
        foreach (var kind in kinds)
        {
            if (random.Chance(percent))
            {
                faults.Add(kind);
            }
        }

        while (faults.Count < 4)
        {
            faults.Add(random.Pick(kinds));
        }

        return new SimulationOptions
        {
            Seed = seed,
            Replicas = (int)random.Between(3, 7),
            Steps = (int)random.Between(3_000, 12_000),
            Faults = [.. faults],
            Clients = (int)random.Between(1, 8),
            Keys = (int)random.Skewed(1, 40),
            WritePercent = (int)random.Between(20, 90),
            MovePercent = (int)random.Between(0, 60),
            ThinkTimeMax = random.Skewed(20_000, 2_000_000),
            WindowMax = (int)random.Skewed(2, 8192),
            RangeMax = (int)random.Skewed(1, 512),
            BufferMax = faults.Contains(FaultKind.SmallBuffer) ? (int)random.Between(1, 24) : 100_000,
            ClockAheadSeconds = (int)random.Between(1, 6),
            JoinTimeoutMs = (int)random.Skewed(1_000, 10_000),
        };
    }

    public bool Has(FaultKind kind) => Faults.Contains(kind);

    public ReplicaSettings Settings(ReplicaId id, Incarnation incarnation) => new(id, incarnation)
    {
        WindowMax = WindowMax,
        RangeMax = RangeMax,
        BufferMax = BufferMax,
        ClockAheadMax = TimeSpan.FromSeconds(ClockAheadSeconds),
        JoinTimeout = TimeSpan.FromMilliseconds(JoinTimeoutMs),
        Mutation = Mutation,
    };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}: {Replicas} replicas, {Steps} steps, {Clients} clients, {Keys} keys, {WritePercent}% writes, {MovePercent}% moves, think {ThinkTimeMax} us, window {WindowMax}, range {RangeMax}, buffer {BufferMax}, clock ahead {ClockAheadSeconds} s, join {JoinTimeoutMs} ms, faults {string.Join(' ', Faults)}{(Mutation == CoreMutation.None ? "" : $", mutation {Mutation}")}");
}
