namespace ReplicatedDs.Checker.Tests;

/// <summary>The benchmark; the tests run under <c>dotnet test</c>.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is ["bench", ..])
        {
            return Bench.Run(arguments[1..]);
        }

        Console.Error.WriteLine("Say \"bench [operations] [sessions] [keys]\"; the tests run under dotnet test.");
        return 2;
    }
}
