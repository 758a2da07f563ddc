using Microsoft.Playwright;

namespace ReplicatedDs.Browser.Tests.Support;

/// <summary>axe-core's opinion of a page, by the rules of WCAG 2.2 A and AA.</summary>
internal static class Axe
{
    private static readonly Lazy<string> Script = new(() =>
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "ReplicatedDs.Browser.Tests", "Scripts", "axe", "axe.min.js")));

    private const string Run =
        """
        async () => {
          // What the strip covers is scrolled out from under it; axe judges one place of the scroll bar only.
          const strip = document.querySelector(".time-strip");
          if (strip) { strip.style.position = "static"; }
          const found = await axe.run(document, {
            resultTypes: ["violations"],
            runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] },
          });
          if (strip) { strip.style.position = ""; }
          return found.violations
            .filter(issue => issue.impact === "serious" || issue.impact === "critical")
            .map(issue => `${issue.impact}: ${issue.help} (${issue.id}): ${issue.nodes.slice(0, 5).map(node => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(" | ")}`);
        }
        """;

    /// <summary>The issues that axe-core calls serious or critical, in words.</summary>
    public static async Task<IReadOnlyList<string>> SeriousIssuesAsync(IPage page)
    {
        if (!await page.EvaluateAsync<bool>("typeof axe !== 'undefined'"))
        {
            await page.EvaluateAsync(Script.Value);
        }

        return await page.EvaluateAsync<string[]>(Run);
    }
}
