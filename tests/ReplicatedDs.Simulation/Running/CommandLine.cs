using System.Globalization;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Simulation.World;

namespace ReplicatedDs.Simulation.Running;

/// <summary>The switches of the command line.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        One run:   --seed N [--steps K] [--replicas R] [--clients C] [--without kind,kind] [--mutation M] [--trace] [--no-shrink]
        Many runs: --seeds N [--from F] [--seconds S] [--steps K] [--without kind,kind] [--mutation M] [--no-shrink] [--no-coverage]
        Faults in the core itself, and who notices them: --mutants [--seeds N]
        """;

    public ulong? Seed { get; private init; }

    public long? Seeds { get; private init; }

    public ulong From { get; private init; } = 1;

    public int? Seconds { get; private init; }

    public int? Steps { get; private init; }

    public int? Replicas { get; private init; }

    public int? Clients { get; private init; }

    public IReadOnlyList<FaultKind> Without { get; private init; } = [];

    public CoreMutation Mutation { get; private init; }

    public bool Trace { get; private init; }

    public bool NoShrink { get; private init; }

    public bool NoCoverage { get; private init; }

    public bool Mutants { get; private init; }

    /// <summary>Reads the switches; <paramref name="error"/> is a sentence if they are wrong.</summary>
    public static CommandLine? Parse(IReadOnlyList<string> arguments, out string? error)
    {
        var line = new CommandLine();
        error = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (line.With(name) is { } flagged)
            {
                line = flagged;
                continue;
            }

            if (name is not ("--seed" or "--seeds" or "--from" or "--seconds" or "--steps" or "--replicas" or "--clients" or "--without" or "--mutation"))
            {
                error = $"Unknown switch '{name}'.";
                return null;
            }

            if (++i == arguments.Count)
            {
                error = $"'{name}' needs a value.";
                return null;
            }

            var changed = line.With(name, arguments[i]);
            if (changed is null)
            {
                error = $"'{arguments[i]}' is no value for '{name}'.";
                return null;
            }

            line = changed;
        }

        if (!line.Mutants && line.Seed is null == line.Seeds is null)
        {
            error = "Give either '--seed N' for one run or '--seeds N' for many.";
            return null;
        }

        return line;
    }

    /// <summary>The options of a seed with what the switches override.</summary>
    public SimulationOptions Options(ulong seed)
    {
        var options = SimulationOptions.FromSeed(seed);
        return options with
        {
            Steps = Steps ?? options.Steps,
            Replicas = Replicas ?? options.Replicas,
            Clients = Clients ?? options.Clients,
            Faults = options.Faults.Except(Without),
            Mutation = Mutation,
        };
    }

    private CommandLine? With(string flag) => flag switch
    {
        "--trace" => this with { Trace = true },
        "--no-shrink" => this with { NoShrink = true },
        "--no-coverage" => this with { NoCoverage = true },
        "--mutants" => this with { Mutants = true },
        _ => null,
    };

    private CommandLine? With(string name, string value) => name switch
    {
        "--seed" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) => this with { Seed = n },
        "--seeds" when Number(value, 1) is { } n => this with { Seeds = n },
        "--from" when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) => this with { From = n },
        "--seconds" when Number(value, 1) is { } n => this with { Seconds = n },
        "--steps" when Number(value, 0) is { } n => this with { Steps = n },
        "--replicas" when Number(value, 1) is { } n and <= 16 => this with { Replicas = n },
        "--clients" when Number(value, 0) is { } n and <= 1000 => this with { Clients = n },
        "--mutation" when Name<CoreMutation>(value) is { } mutation => this with { Mutation = mutation },
        "--without" when value.Split(',').Select(Name<FaultKind>).ToList() is var kinds && !kinds.Contains(null) => this with { Without = [.. kinds.Select(kind => kind!.Value)] },
        _ => null,
    };

    private static int? Number(string value, int least) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least ? number : null;

    private static T? Name<T>(string value)
        where T : struct, Enum =>
        !char.IsAsciiDigit(value.FirstOrDefault()) && Enum.TryParse<T>(value, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) ? parsed : null;
}
