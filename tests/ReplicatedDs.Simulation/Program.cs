using ReplicatedDs.Simulation.Running;

var line = CommandLine.Parse(args, out var error);
if (line is null)
{
    Console.Error.WriteLine(error);
    Console.Error.WriteLine(CommandLine.Usage);
    return 2;
}

var runner = new SeedRunner(Console.Out);
return (line.Seed is null ? runner.RunMany(line) : runner.RunOne(line)) ? 0 : 1;
