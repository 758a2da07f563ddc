using System.Collections.Immutable;
using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Checker.Tests;

/// <summary>Changes one thing in a history: what a read returned, the order of two operations, or whose operation one is.</summary>
internal static class Mutation
{
    public static History Apply(History history, Random random)
    {
        var operations = history.Operations.ToList();
        var at = random.Next(operations.Count);
        var changed = -1;
        var session = operations[at].Session;
        var accesses = operations[at].Accesses;
        switch (random.Next(4))
        {
            case 0:
                session = operations[random.Next(operations.Count)].Session;
                changed = at;
                break;
            case 1:
                var other = random.Next(operations.Count);
                (operations[at], operations[other]) = (operations[other], operations[at]);
                break;
            default:
                var reads = Enumerable.Range(0, operations.Count).Where(i => operations[i].Kind == OperationKind.Read).ToArray();
                if (reads.Length != 0)
                {
                    changed = at = reads[random.Next(reads.Length)];
                    session = operations[at].Session;
                    accesses = ReadSomethingElse(operations, operations[at].Accesses, random);
                }

                break;
        }

        var builder = new HistoryBuilder();
        for (var i = 0; i < operations.Count; i++)
        {
            builder.Add(Copy(operations[i], i == changed ? session : operations[i].Session, i == changed ? accesses : operations[i].Accesses));
        }

        return builder.Build();
    }

    private static ImmutableArray<Access> ReadSomethingElse(List<Operation> operations, ImmutableArray<Access> accesses, Random random)
    {
        var place = random.Next(accesses.Length);
        var choices = operations.Where(operation => operation.Kind == OperationKind.Write)
            .SelectMany(operation => operation.Accesses)
            .Where(access => access.Key == accesses[place].Key)
            .Append(new Access(accesses[place].Key, null))
            .ToArray();
        return accesses.SetItem(place, choices[random.Next(choices.Length)]);
    }

    private static Operation Copy(Operation operation, string session, ImmutableArray<Access> accesses) => new()
    {
        Session = session,
        Kind = operation.Kind,
        Accesses = accesses,
        Outcome = operation.Outcome,
        IsFinal = operation.IsFinal,
        Replica = operation.Replica,
    };
}
