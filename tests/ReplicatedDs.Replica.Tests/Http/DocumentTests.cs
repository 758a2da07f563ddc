using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Security;

namespace ReplicatedDs.Replica.Tests.Http;

/// <summary>The OpenAPI document and docs/http-api.md say everything that there is.</summary>
public class DocumentTests
{
    [Fact]
    public async Task OpenApi_DescribesEveryOperation()
    {
        await using var replica = await TestReplica.StartAsync();
        var text = await replica.Client.GetStringAsync("/openapi/v1.json");
        var document = JsonNode.Parse(text)!;
        Assert.StartsWith("3.", (string?)document["openapi"], StringComparison.Ordinal);
        var rules = RouteRules.All.Where(rule => rule.Access != RouteAccess.Peer && !rule.Pattern.StartsWith("/openapi", StringComparison.Ordinal));
        foreach (var rule in rules)
        {
            var operation = document["paths"]?[Template(rule)]?[rule.Method.ToLowerInvariant()];
            Assert.True(operation is not null, $"{rule.Method} {rule.Pattern} is not described.");
            Assert.False(string.IsNullOrEmpty((string?)operation["summary"]), $"{rule.Method} {rule.Pattern} has no summary.");
            Assert.False(string.IsNullOrEmpty((string?)operation["description"]), $"{rule.Method} {rule.Pattern} has no description.");
            var documented = operation["parameters"]?.AsArray().Where(parameter => (string?)parameter!["in"] == "path").Select(parameter => (string?)parameter!["name"]) ?? [];
            Assert.Equal(Template(rule).Split('/').Where(part => part.StartsWith('{')).Select(part => part[1..^1]), documented);
            Assert.NotNull(operation["responses"]?["500"]);
            Assert.Equal(rule.Access == RouteAccess.Operator, operation["responses"]?["401"] is not null);
        }

        var put = document["paths"]!["/kv/{key}"]!["put"]!;
        Assert.NotNull(put["requestBody"]);
        Assert.Contains(put["parameters"]!.AsArray(), parameter => (string?)parameter!["name"] == "Causal-Token");
        Assert.NotNull(put["responses"]!["412"]);
    }

    [Fact]
    public void HttpApiGuide_NamesEveryProblemAndCall()
    {
        var guide = File.ReadAllText(GuidePath());
        foreach (var kind in ProblemKinds.All)
        {
            Assert.Contains($"| `{kind.Name}` | {kind.Status} |", guide, StringComparison.Ordinal);
        }

        foreach (var rule in RouteRules.All.Where(rule => rule.Access != RouteAccess.Peer))
        {
            var pattern = Template(rule).Replace("{documentName}", "v1", StringComparison.Ordinal);
            Assert.True(guide.Contains($"`{rule.Method} {pattern}", StringComparison.Ordinal), $"{rule.Method} {pattern} is not in docs/http-api.md.");
        }
    }

    [Fact]
    public void ProblemNames_AreUniqueAndListed()
    {
        Assert.Equal(ProblemKinds.All.Count, ProblemKinds.All.Select(kind => kind.Name).Distinct().Count());
        var declared = typeof(ProblemKinds).GetFields().Where(field => field.FieldType == typeof(ProblemKind)).Select(field => (ProblemKind)field.GetValue(null)!);
        Assert.Equal(declared.ToHashSet(), ProblemKinds.All.ToHashSet());
    }

    /// <summary>The pattern without constraints: <c>/a/{id:int}</c> is <c>/a/{id}</c>.</summary>
    private static string Template(RouteRule rule) => Regex.Replace(rule.Pattern, @"\{(\w+)[^}]*\}", "{$1}");

    private static string GuidePath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "http-api.md");
}
