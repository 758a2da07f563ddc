using ReplicatedDs.Dashboard;
using ReplicatedDs.Dashboard.Configuration;

try
{
    await using var app = DashboardHost.Create(args);
    await app.RunAsync();
    return 0;
}
catch (ConfigurationProblemException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 2;
}
catch (IOException problem)
{
    // Kestrel's word for a port that is taken.
    await Console.Error.WriteLineAsync($"The dashboard cannot listen: {problem.Message}");
    return 2;
}
