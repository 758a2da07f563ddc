using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Tests.Wire;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Fuzzing;
using Xunit.Abstractions;

namespace ReplicatedDs.Causality.Tests.Fuzzing;

/// <summary>Every reader of text. They answer no; they throw nothing.</summary>
public sealed class TextFuzzTests(ITestOutputHelper output)
{
    private static readonly byte[] Secret = "a secret of the cluster"u8.ToArray();

    private static readonly VectorClock[] Clocks =
    [
        VectorClock.Empty, VectorClock.Of((1, 4), (3, 200)), VectorClock.Of((1, 1)), VectorClock.Of((int.MaxValue, long.MaxValue)),
        VectorClock.From(Enumerable.Range(1, 16).Select(id => new Dot(id, (1L << 40) - id))),
    ];

    /// <summary>What is accepted means the same when it is written and read again.</summary>
    [Fact]
    public Task Updates_InTheOriginalNotation() => RunAsync(
        ["SU2:1:4:2:17|x:3:y:4", "SU9:9:1|a%3Ab:50%25%7C", "SU1:1:1|ключ:значение", "SU4:2:17:4:3|k::l:"],
        text =>
        {
            if (!OriginalText.TryParse(text, out var sender, out var clock, out var pairs, out var error))
            {
                Assert.EndsWith(".", error, StringComparison.Ordinal);
                return false;
            }

            var update = OriginalText.ToUpdate(sender, clock, pairs);
            Assert.True(OriginalText.TryParse(OriginalText.Format(update)!, out var again, out var clockAgain, out var pairsAgain, out _));
            return again == sender && clockAgain.Equals(clock) && pairsAgain.SequenceEqual(pairs) ? true : throw new InvalidOperationException("It was read back as something else.");
        });

    /// <summary>Only what the cluster wrote is taken; what merely looks like a token can be looked at.</summary>
    [Fact]
    public Task Tokens() => RunAsync(
        [.. Clocks.Select(clock => CausalToken.Write(clock, Secret, Samples.ClusterId))],
        text =>
        {
            var isPeeked = CausalToken.TryPeek(text, out var peeked);
            if (!CausalToken.TryRead(text, Secret, Samples.ClusterId, out var clock))
            {
                return false;
            }

            return isPeeked && peeked.Equals(clock) && Clocks.Contains(clock) ? true : throw new InvalidOperationException("Somebody else's token was taken.");
        });

    [Fact]
    public Task TokensOfOneselfLookedAt() => RunAsync(
        [.. Clocks.Select(clock => CausalToken.Write(clock, Secret, Samples.ClusterId))], text => CausalToken.TryPeek(text, out _));

    [Fact]
    public Task Dots() => RunAsync(
        ["2#17", "1#1", "2147483647#9223372036854775807"],
        text => Dot.TryParse(text, out var dot) && (dot.ToString() == text ? true : throw new InvalidOperationException($"'{text}' was read as {dot}.")));

    [Fact]
    public Task Incarnations() => RunAsync([Samples.Incarnation.ToString(), new string('f', 32), new string('0', 32)], text => Incarnation.TryParse(text, out _));

    private async Task RunAsync(string[] sound, Func<string, bool> read) =>
        output.WriteLine(await Fuzz.RunAsync(new FuzzTarget([.. sound.Select(Encoding.UTF8.GetBytes)], bytes => read(Encoding.UTF8.GetString(bytes)))));
}
