namespace ReplicatedDs.Cluster.Tests.Harness;

/// <summary>How a program refuses bad input: exit code 2 and one sentence on standard error.</summary>
internal static class Refusal
{
    public static void Check(ProgramProcess process, string part) => Check(process.ExitCode, process.Errors, process.Output, part);

    public static void Check(int exitCode, string errors, string output, string part)
    {
        Assert.True(exitCode == 2, $"Expected exit code 2, not {exitCode}, and a sentence with '{part}'. The output:\n{output}");
        var line = Assert.Single(errors.Split('\n'), text => !string.IsNullOrWhiteSpace(text));
        Assert.Contains(part, line, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith(".", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", line, StringComparison.Ordinal);
    }
}
