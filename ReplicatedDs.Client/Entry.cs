using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client;

/// <summary>A key's value as a replica has it: the winner, if concurrent writes left siblings.</summary>
/// <param name="Dot">The write that the value is from.</param>
/// <param name="Siblings">How many versions the key has; 1: no conflict.</param>
/// <param name="Type"><c>register</c>, <c>counter</c> (its value in digits) or <c>set</c> (its value a JSON array).</param>
public sealed record Entry(string Key, ReadOnlyMemory<byte> Value, string? ContentType, Dot Dot, int Siblings, string Type = Entry.Register)
{
    internal const string Register = "register";

    /// <summary>The value as UTF-8 text; bytes that are none become U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Value.Span);

    /// <exception cref="JsonException">The value is not such JSON.</exception>
    public T? Json<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Value.Span, type);
}
