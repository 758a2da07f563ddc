using System.Globalization;
using ReplicatedDs.Browser.Tests.Measuring;

// The tests run under `dotnet test`; started by hand this is the measuring tool.
switch (args)
{
    case ["measure"]:
        await DashboardMeasurements.RunAsync(Console.Out, TimeSpan.FromMinutes(3));
        return 0;
    case ["measure", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
        await DashboardMeasurements.RunAsync(Console.Out, TimeSpan.FromSeconds(seconds));
        return 0;
    case ["measure", "load", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0:
        await DashboardMeasurements.RunLoadAsync(Console.Out, TimeSpan.FromSeconds(seconds));
        return 0;
    default:
        Console.Error.WriteLine("dotnet test runs the tests. The one command here is: dotnet run --project tests/ReplicatedDs.Browser.Tests -- measure [load] [seconds]");
        return 2;
}
