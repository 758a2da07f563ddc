using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client.Tests.StandIn;

/// <summary>Tokens of a cluster that exists nowhere.</summary>
internal static class Tokens
{
    private static readonly byte[] Secret = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    public static string Of(params (int Replica, long Counter)[] entries) => CausalToken.Write(VectorClock.Of(entries), Secret, "cluster");
}
