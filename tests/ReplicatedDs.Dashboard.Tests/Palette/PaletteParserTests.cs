using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Collector;
using ReplicatedDs.Dashboard.Configuration;
using ReplicatedDs.Dashboard.Palette;
using ReplicatedDs.Dashboard.Views;

namespace ReplicatedDs.Dashboard.Tests.Palette;

public sealed class PaletteParserTests
{
    private static readonly ClusterView View = ViewBuilder.Build(
        1,
        DateTimeOffset.UnixEpoch,
        [.. Enumerable.Range(1, 4).Select(id => new SlotPicture(new ReplicaSlot($"replica-{id}", new Uri($"http://127.0.0.1:{id}")), new ResourceView($"replica-{id}", id, id, "Running", null, null, null, null)))],
        new ControlPicture(false, false, null, null),
        0);

    [Theory]
    [InlineData("kill r4", "kill", "4", "Kill r4: its process ends at once")]
    [InlineData("KILL replica-4", "kill", "4", "Kill r4: its process ends at once")]
    [InlineData("start r1", "restart", "1", "Start r1 again")]
    [InlineData("heal all", "heal-all", "", "Heal every link")]
    [InlineData("hold r1→r3", "hold", "1 3", "Hold link r1→r3 for 2 minutes")]
    [InlineData("delay r1 r3 250ms", "delay", "1 3", "Delay link r1→r3 by 250 ms for 2 minutes")]
    [InlineData("partition r2 r1 | r3 r4", "partition", "1 2", "Cut {r1, r2} | {r3, r4}: what crosses is dropped for 2 minutes")]
    [InlineData("partition r1,r2", "partition", "1 2", "Cut {r1, r2} | {r3, r4}: what crosses is dropped for 2 minutes")]
    [InlineData("isolate r3", "isolate", "3", "Cut r3 off: every link to and from it drops everything")]
    [InlineData("write x=1 at r2", "write", "2", "Write x = 1 at r2")]
    [InlineData("write note=meet at noon = 12 at r2", "write", "2", "Write note = meet at noon = 12 at r2")]
    [InlineData("read cart:7 at r3", "read", "3", "Read cart:7 at r3")]
    [InlineData("join", "join", "", "Let a spare join the cluster")]
    public void Parse_WholeAction_SaysWhatItWillDo(string text, string verb, string replicas, string sentence)
    {
        var command = PaletteParser.Parse(text, View)!;
        Assert.Null(command.Problem);
        Assert.Equal((verb, replicas, sentence), (command.Verb, string.Join(' ', command.Replicas), command.Sentence));
    }

    [Theory]
    [InlineData("kill", "Name one replica, as in kill r1.")]
    [InlineData("kill r9", "There is no replica r9.")]
    [InlineData("hold r1", "Name the sender and the receiver, as in hold r1 r3.")]
    [InlineData("hold r1 r1", "r1 has no link to itself.")]
    [InlineData("delay r1 r3 999999", "Name the link and 1 to 10000 milliseconds, as in delay r1 r3 500.")]
    [InlineData("partition r1 | r1 r2", "r1 is on both sides.")]
    [InlineData("partition r1 | r2", "r3 is on neither side.")]
    [InlineData("partition r1 r2 r3 r4", "Name two sides, as in partition r1 r2 | r3.")]
    [InlineData("write x at r1", "Name key, value and replica, as in write x=1 at r2.")]
    [InlineData("write x=1 at r7", "There is no replica r7.")]
    [InlineData("read x", "Name key and replica, as in read x at r2.")]
    public void Parse_ActionThatCannotBe_SaysWhy(string text, string problem) => Assert.Equal(problem, PaletteParser.Parse(text, View)!.Problem);

    [Theory]
    [InlineData("")]
    [InlineData("cart")]
    [InlineData("r2#9")]
    public void Parse_NoAction_IsNone(string text) => Assert.Null(PaletteParser.Parse(text, View));
}
