using System.Diagnostics;
using System.Globalization;
using ReplicatedDs.Checker.Checks;
using ReplicatedDs.Checker.Histories;
using ReplicatedDs.Checker.Tests.Model;

namespace ReplicatedDs.Checker.Tests;

/// <summary>Measures on one thread (CPU seconds count all threads of the process, the collector's too): building, checking (CC, CCv, transactions, sessions), and reading the same history from JSON Lines.</summary>
internal static class Bench
{
    public static int Run(string[] arguments)
    {
        var numbers = new int[3] { 0, 0, 5_000 };
        for (var i = 0; i < arguments.Length; i++)
        {
            if (i >= numbers.Length || !int.TryParse(arguments[i], CultureInfo.InvariantCulture, out numbers[i]) || numbers[i] < 1)
            {
                Console.Error.WriteLine($"\"{arguments[i]}\" is not one of the positive numbers operations, sessions, keys.");
                return 2;
            }
        }

        Console.WriteLine("operations  sessions  keys   build s  check s  check CPU s  ops/s of CPU (check)  ops/s (check)  read s  memory MB");
        foreach (var operations in numbers[0] == 0 ? [100_000, 1_000_000] : (int[])[numbers[0]])
        {
            foreach (var sessions in numbers[1] == 0 ? [8, 32, 100] : (int[])[numbers[1]])
            {
                Measure(operations, sessions, numbers[2]);
            }
        }

        return 0;
    }

    private static void Measure(int operations, int sessions, int keys)
    {
        var source = ModelStore.Run(1, new()
        {
            Operations = operations,
            Sessions = sessions,
            Keys = keys,
            Replicas = 5,
            HasTransactions = true,
            DeletePercent = 2,
            HasFinalReads = false,
            DeliveriesPerOperation = 3,
        }).Build();
        var lines = new MemoryStream();
        HistoryWriter.Write(lines, source);

        // Warm.
        HistoryChecker.Check(ModelStore.Run(2, new() { Operations = 20_000, HasTransactions = true, Keys = 100 }).Build());
        var copies = source.Operations.Select(operation => new Operation
        {
            Session = operation.Session,
            Kind = operation.Kind,
            Accesses = operation.Accesses,
            Replica = operation.Replica,
        }).ToArray();
        GC.Collect();

        var clock = Stopwatch.StartNew();
        var builder = new HistoryBuilder();
        foreach (var operation in copies)
        {
            builder.Add(operation);
        }

        var history = builder.Build();
        var build = clock.Elapsed.TotalSeconds;
        clock.Restart();
        var processor = Environment.CpuUsage.TotalTime;
        var result = HistoryChecker.Check(history);
        var check = clock.Elapsed.TotalSeconds;
        var used = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        var memory = GC.GetTotalMemory(false) >> 20;
        if (!result.IsClean)
        {
            throw new InvalidOperationException(result.ToString());
        }

        lines.Position = 0;
        clock.Restart();
        var reading = HistoryReader.Read(lines);
        var read = clock.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{reading.History!.Operations.Count,10:N0}  {sessions,8}  {keys,5}  {build,7:F2}  {check,7:F2}  {used,11:F2}  {operations / used,20:N0}  {operations / check,13:N0}  {read,6:F2}  {memory,8:N0}"));
    }
}
