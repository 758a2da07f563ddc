using System.Text;
using System.Text.Json;
using ReplicatedDs.Client.Calls;
using ReplicatedDs.Fuzzing;
using Xunit.Abstractions;

namespace ReplicatedDs.Client.Tests.Fuzzing;

/// <summary>Clocks in the JSON of answers.</summary>
public sealed class ClockFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public async Task ClocksOfAnswers()
    {
        string[] sound = ["""{"key":"x","dot":"2#17","clock":{"1":4,"2":17}}""", """{"key":"","dot":"1#1","clock":{}}""", """{"dot":"3#2","clock":{"2147483647":9223372036854775807,"3":2},"more":[{}]}"""];
        output.WriteLine(await Fuzz.RunAsync(new FuzzTarget(
            [.. sound.Select(Encoding.UTF8.GetBytes)],
            bytes => JsonSerializer.Deserialize(bytes, ClientJson.Default.WriteView) is { } view && Clocks.Read(view.Clock).All(entry => entry is { Replica.Value: > 0, Counter: > 0 }))
        {
            IsRefusal = exception => exception is JsonException or UnexpectedAnswerException,
        }));
    }
}
