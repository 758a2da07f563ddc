using System.Diagnostics;

namespace ReplicatedDs.Simulation.Coverage;

/// <summary>Runs this program once more on a core that takes notes of its branches.</summary>
internal static class InstrumentedRun
{
    public static int Run(IEnumerable<string> arguments)
    {
        var folder = Directory.CreateTempSubdirectory("simulation-");
        try
        {
            Instrumentation.CopyProgram(folder.FullName);
            var program = Path.Combine(folder.FullName, Path.GetFileName(typeof(InstrumentedRun).Assembly.Location));
            using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]))!;
            process.WaitForExit();
            return process.ExitCode;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
