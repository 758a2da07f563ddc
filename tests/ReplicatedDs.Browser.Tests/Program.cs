using System.Globalization;
using ReplicatedDs.Browser.Tests.Measuring;

// The tests run under `dotnet test`; started by hand this is the measuring tool.
var isLoadOnly = args is ["measure", "load", ..];
var figures = args.Skip(isLoadOnly ? 2 : 1).Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var figure) ? figure : 0).ToArray();
if (args is not ["measure", ..] || figures.Length > 3 || figures.Contains(0))
{
    Console.Error.WriteLine("dotnet test runs the tests. The one command here is: dotnet run --project tests/ReplicatedDs.Browser.Tests -- measure [load] [seconds [replicas [writes a second]]]");
    return 2;
}

var plan = new LoadPlan(TimeSpan.FromSeconds(figures.ElementAtOrDefault(0) is > 0 and var seconds ? seconds : 180));
plan = figures switch
{
    [_, var replicas] => plan with { Replicas = replicas },
    [_, var replicas, var writes] => plan with { Replicas = replicas, WritesPerSecond = writes },
    _ => plan,
};
await (isLoadOnly ? DashboardMeasurements.RunLoadAsync(Console.Out, plan) : DashboardMeasurements.RunAsync(Console.Out, plan));
return 0;
