using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReplicatedDs.Bench.Report;

/// <summary>Everything that one run measured: <c>bench/result.json</c>, from which tables and plots are made.</summary>
/// <param name="Environment">Machine, versions, time and command, as name and text.</param>
/// <param name="Partitions">None, if the machine lets nobody make a network.</param>
internal sealed record Result(Dictionary<string, string> Environment, List<Row> Rows, List<Outage> Outages, List<Partition> Partitions)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new ShortNumbers() },
    };

    public static Result Read(string path) => JsonSerializer.Deserialize<Result>(File.ReadAllText(path), Options)!;

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Options) + "\n");

    /// <summary>Four digits are more than a benchmark knows.</summary>
    private sealed class ShortNumbers : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.ToString(Math.Abs(value) >= 1000 ? "0" : "0.####", System.Globalization.CultureInfo.InvariantCulture));
    }
}
