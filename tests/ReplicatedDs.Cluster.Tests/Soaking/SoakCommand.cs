using System.Globalization;

namespace ReplicatedDs.Cluster.Tests.Soaking;

/// <summary>A long run as a program: prints what it saw as tables, and draws it.</summary>
internal static class SoakCommand
{
    public static async Task RunAsync(SoakPlan plan, TextWriter output)
    {
        var result = await SoakRun.RunAsync(plan, output);
        var drawing = Path.Combine(plan.Folder, "soak.svg");
        await File.WriteAllTextAsync(drawing, SoakChart.Draw(result));
        Tell(result, output);
        output.WriteLine($"plot: {drawing}");
        result.MustBeFlat();
    }

    public static void Tell(SoakResult result, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Elapsed.TotalMinutes:0.0} min, {result.Rounds} rounds, {result.Restarts} restarts, {result.Answered:N0} calls answered, {result.Written:N0} writes acknowledged, {result.Checked:N0} operations checked, {result.Promised:N0} keys of their own looked for at every replica, 0 lost"));
        output.WriteLine();
        output.WriteLine($"| min | {string.Join(" | ", Measure.All.Select(measure => measure.Name))} |");
        output.WriteLine($"|---|{string.Concat(Measure.All.Select(_ => "---|"))}");
        foreach (var moment in result.Samples.GroupBy(sample => (int)Math.Round(sample.At.TotalMinutes * 10)))
        {
            var columns = Measure.All.Select(measure => string.Join(' ', moment.OrderBy(sample => sample.Replica, StringComparer.Ordinal).Select(sample => $"{measure.Of(sample):0}")));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {moment.First().At.TotalMinutes:0.#} | {string.Join(" | ", columns)} |"));
        }

        output.WriteLine();
        output.WriteLine("| replica | in the second half | grew by | allowed |");
        output.WriteLine("|---|---|---|---|");
        foreach (var (replica, measure, growth, allowed) in result.Trends())
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {replica} | {measure.Name} | {growth:0.0} | {allowed:0.0} |"));
        }
    }
}
