using ReplicatedDs.Simulation.Running;

namespace ReplicatedDs.Simulation.Tests;

public class CommandLineTests
{
    [Theory]
    [InlineData("Unknown switch '--sed'.", "--sed", "1")]
    [InlineData("'--seed' needs a value.", "--seed")]
    [InlineData("'x' is no value for '--seed'.", "--seed", "x")]
    [InlineData("'-1' is no value for '--seed'.", "--seed", "-1")]
    [InlineData("'0' is no value for '--seeds'.", "--seeds", "0")]
    [InlineData("'Fire' is no value for '--without'.", "--seed", "1", "--without", "Fire")]
    [InlineData("'3' is no value for '--mutation'.", "--seed", "1", "--mutation", "3")]
    [InlineData("Give either '--seed N' for one run or '--seeds N' for many.")]
    [InlineData("Give either '--seed N' for one run or '--seeds N' for many.", "--seed", "1", "--seeds", "2")]
    public void Parse_OfWrongSwitches_SaysWhatIsWrong(string expected, params string[] arguments)
    {
        Assert.Null(CommandLine.Parse(arguments, out var error));
        Assert.Equal(expected, error);
    }

    [Theory]
    [InlineData("docs/simulation.md", 4)]
    [InlineData("docs/hacking.md", 3)]
    [InlineData("CONTRIBUTING.md", 1)]
    public void Parse_OfWhatTheDocumentsSay_TakesIt(string document, int count)
    {
        const string Program = "--project tests/ReplicatedDs.Simulation -- ";
        var commands = File.ReadAllLines(Path.Combine(Root(), document)).Where(line => line.Contains(Program, StringComparison.Ordinal)).ToList();
        Assert.Equal(count, commands.Count);
        foreach (var command in commands)
        {
            var switches = command[(command.IndexOf(Program, StringComparison.Ordinal) + Program.Length)..].Split('#')[0];
            Assert.True(CommandLine.Parse(switches.Split(' ', StringSplitOptions.RemoveEmptyEntries), out var error) is not null, $"{command}: {error}");
        }
    }

    [Fact]
    public void Parse_OfOverrides_ChangesTheOptionsOfTheSeed()
    {
        var drawn = SimulationOptions.FromSeed(5);
        var kind = drawn.Faults[0];
        var line = CommandLine.Parse(["--seed", "5", "--steps", "77", "--replicas", "2", "--clients", "1", "--without", $"{kind}", "--trace"], out var error);
        Assert.Null(error);
        var options = line!.Options(line.Seed!.Value);
        Assert.Equal((77, 2, 1), (options.Steps, options.Replicas, options.Clients));
        Assert.Equal(drawn.Faults.Remove(kind), options.Faults);
        Assert.True(line.Trace);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ReplicatedDs.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds ReplicatedDs.sln.");
        }

        return folder.FullName;
    }
}
