using System.Text.Json;
using Xunit.Sdk;

namespace ReplicatedDs.Cli.Tests;

/// <summary>What a run of <c>rds</c> printed.</summary>
internal sealed record Ran(string Arguments, int Code, string Output, string Error)
{
    /// <summary>Throws unless it ended with <paramref name="code"/>.</summary>
    public Ran Expect(int code) => Code == code ? this : throw new XunitException($"Expected exit code {code}, but {this}");

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Output);

    /// <value>The table's rows without its header.</value>
    public IReadOnlyList<string[]> Rows => [.. Output.TrimEnd('\n').Split('\n').Skip(1).Select(line => line.Split('\t'))];

    public override string ToString() => $"'rds {Arguments}' ended with {Code}.\nOutput:\n{Output}\nError:\n{Error}";
}
