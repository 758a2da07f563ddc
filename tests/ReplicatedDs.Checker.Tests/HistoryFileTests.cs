using System.Text;
using ReplicatedDs.Checker.Histories;
using ReplicatedDs.Checker.Tests.Model;

namespace ReplicatedDs.Checker.Tests;

public sealed class HistoryFileTests
{
    private const string Good = """{"session":"a","op":"write","key":"x","value":"1"}""";

    [Theory]
    [InlineData("nonsense", "It is not JSON: ")]
    [InlineData("""{"session":"a","op":"write","key":"x","value":"2" """, "It is not JSON: ")]
    [InlineData("[]", "It is not a JSON object.")]
    [InlineData("{}", "The field \"op\" is missing.")]
    [InlineData("""{"op":"read","key":"x","value":null}""", "The field \"session\" is missing.")]
    [InlineData("""{"session":"","op":"read","key":"x","value":null}""", "The operation names no session.")]
    [InlineData("""{"session":"a","op":"scan","key":"x"}""", "The op \"scan\" is none of write, read, delete, transaction, snapshot.")]
    [InlineData("""{"session":"a","op":"read","value":null}""", "The field \"key\" is missing.")]
    [InlineData("""{"session":"a","op":"read","key":"x"}""", "A read needs a \"value\"; null: absent.")]
    [InlineData("""{"session":"a","op":"write","key":"x","value":5}""", "The field \"value\" is not a text.")]
    [InlineData("""{"session":"a","op":"write","key":"x","value":null}""", "A write needs a \"value\" that is a text, and no \"tombstone\".")]
    [InlineData("""{"session":"a","op":"delete","key":"x"}""", "A delete needs a \"tombstone\", and no \"value\".")]
    [InlineData("""{"session":"a","op":"read","key":"x","value":"1","tombstone":"t"}""", "Key \"x\" has both a value and a tombstone.")]
    [InlineData("""{"session":"a","op":"write","key":"x","value":"2","valeu":"3"}""", "The field \"valeu\" is unknown.")]
    [InlineData("""{"session":"a","op":"write","key":"x","value":"2","value":"3"}""", "It is not JSON: ")]
    [InlineData("""{"session":"a","op":"write","key":"x","value":"2","outcome":"maybe"}""", "The outcome \"maybe\" is neither")]
    [InlineData("""{"session":"a","op":"read","key":"x","value":"2","outcome":"unknown"}""", "A read of unknown outcome says nothing: leave it out.")]
    [InlineData("""{"session":"a","op":"write","key":"x","value":"2","final":true}""", "Only a read can be final.")]
    [InlineData("""{"session":"a","op":"write","key":"x","value":"2","start":1.5}""", "The field \"start\" is not a whole number of microseconds.")]
    [InlineData("""{"session":"b","op":"write","key":"x","value":"1"}""", "The write \"x = \"1\"\" was made before, by a#1 wrote x = \"1\" (line 1): the values written to a key must be unique.")]
    [InlineData("""{"session":"a","op":"transaction","writes":[]}""", "The operation names no key.")]
    [InlineData("""{"session":"a","op":"transaction","key":"x","value":"2"}""", "A transaction needs \"writes\".")]
    [InlineData("""{"session":"a","op":"snapshot","writes":[]}""", "A snapshot needs \"reads\".")]
    [InlineData("""{"session":"a","op":"snapshot","writes":[],"reads":[]}""", "It has both \"writes\" and \"reads\".")]
    [InlineData("""{"session":"a","op":"transaction","writes":[{"key":"x","value":"2"},{"key":"x","value":"3"}]}""", "The transaction writes key \"x\" twice.")]
    [InlineData("""{"session":"a","op":"transaction","writes":[5]}""", "An entry of \"writes\" is not an object.")]
    [InlineData("""{"session":"a","op":"snapshot","reads":[{"value":"2"}]}""", "An entry of \"reads\" has no \"key\".")]
    [InlineData("""{"session":"a","op":"snapshot","reads":[{"key":"x"}]}""", "An entry of \"reads\" has neither a \"value\" nor a \"tombstone\".")]
    [InlineData("""{"format":"replicated-ds-history","version":1}""", "The header belongs before the first operation.")]
    [InlineData("""{"session":"a","op":"write","key":"x","value":"\ud800"}""", "A text in it is not valid Unicode.")]
    [InlineData("""{"session":"a","op":"write","key":"x","value":[[[[[[1]]]]]]}""", "It is not JSON: ")]
    public void Read_BadLine_SaysWhatAndWhere(string line, string sentence)
    {
        var reading = HistoryReader.Read($"{Good}\n\n{line}\n");

        Assert.Null(reading.History);
        Assert.StartsWith($"Line 3: {sentence}", reading.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", reading.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"format":"other","version":1}""", "The format is not \"replicated-ds-history\".")]
    [InlineData("""{"format":"replicated-ds-history","version":2}""", "The version is 2; this program reads version 1.")]
    [InlineData("""{"format":"replicated-ds-history"}""", "The header names no version.")]
    [InlineData("""{"format":"replicated-ds-history","version":1,"more":1}""", "The header has an unknown field \"more\".")]
    public void Read_BadHeader_SaysWhy(string line, string sentence) =>
        Assert.Equal($"Line 1: {sentence}", HistoryReader.Read(line).Problem);

    [Fact]
    public void Read_LineOverTheBound_IsRefused()
    {
        var reading = HistoryReader.Read($"{Good}\n{new string(' ', HistoryReader.LineBytesMax + 1)}{Good}");

        Assert.Equal($"Line 2: The line is longer than {HistoryReader.LineBytesMax:N0} bytes.", reading.Problem);
    }

    [Fact]
    public void Read_AnyBytes_IsAHistoryOrASentence()
    {
        var random = new Random(1);
        using var good = new MemoryStream();
        HistoryWriter.Write(good, ModelStore.Run(1, new() { Operations = 10, HasTransactions = true, DeletePercent = 20 }).Build());
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = good.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var reading = HistoryReader.Read(new MemoryStream(bytes, 0, random.Next(bytes.Length + 1)));
            Assert.True(reading.History is null != reading.Problem is null);
            Assert.True(reading.Problem?.StartsWith("Line ", StringComparison.Ordinal) ?? true);
        }
    }

    [Fact]
    public void Write_ThenRead_IsTheSame()
    {
        var builder = ModelStore.Run(3, new() { Operations = 500, HasTransactions = true, DeletePercent = 20 });
        builder.Add(new Operation
        {
            Session = "ünïcode \"quoted\"\n",
            Kind = OperationKind.Write,
            Accesses = [new("k\u0000", "v\u2028")],
            Outcome = Outcome.Unknown,
            Replica = "7",
            Start = 1,
            End = 2,
        });
        var first = Lines(builder.Build());
        var reading = HistoryReader.Read(new MemoryStream(first));

        Assert.Null(reading.Problem);
        Assert.Equal(Encoding.UTF8.GetString(first), Encoding.UTF8.GetString(Lines(reading.History!)));
    }

    private static byte[] Lines(History history)
    {
        using var stream = new MemoryStream();
        HistoryWriter.Write(stream, history, "a note");
        return stream.ToArray();
    }
}
