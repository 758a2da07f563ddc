using ReplicatedDs.Simulation.Coverage;
using ReplicatedDs.Simulation.Running;

var line = CommandLine.Parse(args, out var error);
if (line is null)
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine(CommandLine.Usage);
    return 2;
}

if (line.Mutants)
{
    return MutantTable.Write(Console.Out, line.Seeds ?? 1000) ? 0 : 1;
}

if (line.Seeds is not null && !line.NoCoverage)
{
    return InstrumentedRun.Run([.. args, "--no-coverage"]);
}

var runner = new SeedRunner(Console.Out);
return (line.Seed is null ? runner.RunMany(line) : runner.RunOne(line)) ? 0 : 1;
