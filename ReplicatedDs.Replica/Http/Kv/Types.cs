using ReplicatedDs.Causality.Values;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>The types of values, by name.</summary>
internal static class Types
{
    public const string Absent = "absent";

    public static string NameOf(ValueKind kind) => kind.ToKebab();

    /// <summary>The answer to an operation that is not for the type that the key has.</summary>
    public static Problem Problem(string key, ValueKind kind) => new(
        ProblemKinds.WrongType,
        kind == ValueKind.Register
            ? $"The key '{key}' holds a value that is no whole number of 64 bits and no set; delete it or write it first."
            : $"The key '{key}' holds a {NameOf(kind)}; delete it or write it first.")
    {
        Extensions = [("key", key), ("valueType", NameOf(kind))],
    };
}
