namespace ReplicatedDs.Cluster.Tests.Chaos;

/// <summary>What a fault is called.</summary>
internal static class FaultKindWords
{
    public static string Words(this FaultKind kind) => kind switch
    {
        FaultKind.Kill => "kill",
        FaultKind.KillTwo => "kill of two",
        FaultKind.Partition => "partition",
        FaultKind.OneWay => "one-way cut",
        FaultKind.Hold => "held link",
        FaultKind.Delay => "delay",
        FaultKind.Loss => "loss of a third",
        FaultKind.Freeze => "frozen",
        FaultKind.RedisWiped => "Redis wiped",
        FaultKind.Join => "join",
        FaultKind.JoinWithOneDown => "join, one down",
        FaultKind.Leave => "leave",
        _ => "evict",
    };
}
