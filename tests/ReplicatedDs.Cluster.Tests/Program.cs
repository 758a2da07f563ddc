using ReplicatedDs.Cluster.Tests.Measuring;

// The tests run under `dotnet test`; started by hand this is the measuring tool.
if (args is ["measure"])
{
    await Measurements.RunAsync(Console.Out);
    return 0;
}

Console.Error.WriteLine("dotnet test runs the tests. The one command here is: dotnet run --project tests/ReplicatedDs.Cluster.Tests -- measure");
return 2;
