using ReplicatedDs.Client.Api;
using ReplicatedDs.Dashboard.Lessons;
using ReplicatedDs.Dashboard.Scenario;

namespace ReplicatedDs.Dashboard.Tests.Lessons;

public sealed class LessonDrawingTests
{
    private static readonly CastMember[] Cast = [new(1, "replica-1"), new(2, "replica-2"), new(3, "replica-3")];

    [Fact]
    public void From_HeldWrite_IsAStubUntilItArrives()
    {
        EventView[] events = [Link(1, 1, 2, "held"), Event(2, 1, "Write", "1#1"), Event(3, 3, "Apply", "1#1")];
        var drawing = LessonDrawing.From(Frame(events));
        Assert.Equal(new LessonDrawing.Band(0, 3, "held: r1→r2", 0), Assert.Single(drawing.Bands));
        Assert.Equal(new LessonDrawing.Stub(1, 0, 1, 1), Assert.Single(drawing.Stubs));
        Assert.Equal(new LessonDrawing.Way(1, 0, 1, 2, 2), Assert.Single(drawing.Ways));

        drawing = LessonDrawing.From(Frame([.. events, Link(4, 1, 2, "healed"), Event(5, 2, "Apply", "1#1")]));
        Assert.Empty(drawing.Stubs);
        Assert.Equal(2, drawing.Ways.Count);
        Assert.Equal(new LessonDrawing.Band(0, 3, "held: r1→r2", 0), Assert.Single(drawing.Bands));
    }

    [Fact]
    public void From_RenewedHold_TakesNoColumnOfItsOwn() =>
        Assert.Equal(2, LessonDrawing.From(Frame([Link(1, 1, 2, "held"), Link(2, 1, 2, "held"), Event(3, 1, "Write", "1#1")])).Columns);

    [Fact]
    public void From_Buffered_WaitsFromArrivalToApply()
    {
        var drawing = LessonDrawing.From(Frame([Event(1, 3, "Buffer", "2#1"), Event(2, 1, "Write", "1#1"), Event(3, 3, "Apply", "2#1")]));
        Assert.Equal(new LessonDrawing.Wait(2, 0, 2), Assert.Single(drawing.Waits));
    }

    [Fact]
    public void From_Reads_AreDrawnOnlyWhereASentenceRestsOnThem()
    {
        EventView[] events = [Event(1, 1, "Read", "1#1"), Event(2, 1, "Read", null)];
        Assert.Empty(LessonDrawing.From(Frame(events)).Marks);
        Assert.Equal(2, LessonDrawing.From(Frame(events) with { Reads = [1, 2] }).Marks.Count);
    }

    [Fact]
    public void From_EventsOfOtherReplicas_AreLeftOut() => Assert.Empty(LessonDrawing.From(Frame([Event(1, 4, "Write", "4#1")])).Marks);

    [Fact]
    public void From_SiblingMade_MarksTheUpdateThatMadeIt() =>
        Assert.True(Assert.Single(LessonDrawing.From(Frame([Event(1, 3, "Apply", "2#1"), Event(2, 3, "SiblingMade", "2#1")])).Marks).HasSiblings);

    [Fact]
    public void From_WriteOfTheSameMoment_ComesBeforeWhatIsSeenOfIt()
    {
        var drawing = LessonDrawing.From(Frame([Event(1, 3, "Apply", "1#1") with { T = 7 }, Event(2, 1, "Write", "1#1") with { T = 7 }]));
        Assert.Equal(new LessonDrawing.Way(1, 0, 0, 2, 1), Assert.Single(drawing.Ways));
    }

    [Fact]
    public void From_Join_BeginsTheLaneOfTheNewcomer()
    {
        var join = new EventView(2, 2000, 1, 3, "Join", "1#2", [], new Dictionary<string, long>(), [], false, null, "replica 1 admits 3");
        var drawing = LessonDrawing.From(Frame([Event(1, 1, "Write", "1#1"), join, join with { N = 3, T = 3000 }, Event(4, 3, "Write", "3#1")]));
        Assert.Equal(new Dictionary<int, int> { [2] = 1 }, drawing.Joins);
        Assert.Equal(2, drawing.Marks.Single(mark => mark.Lane == 2).Column);
    }

    [Fact]
    public void From_LaterStep_SaysWhereItsEventsBegin()
    {
        EventView[] events = [Event(1, 1, "Write", "1#1"), Event(2, 2, "Apply", "1#1"), Event(3, 3, "Apply", "1#1")];
        Assert.Null(LessonDrawing.From(Frame(events)).StepColumn);
        Assert.Equal(2, LessonDrawing.From(Frame(events) with { After = 2 }).StepColumn);
    }

    private static LessonFrame Frame(EventView[] events) => new(true, 0, Cast, [], events, [], [], []);

    private static EventView Event(long n, int replica, string kind, string? dot) =>
        new(n, n * 1000, replica, null, kind, dot, ["demo:x"], new Dictionary<string, long>(), [], false, null);

    private static EventView Link(long n, int from, int to, string detail) =>
        new(n, n * 1000, from, to, "LinkChanged", null, [], new Dictionary<string, long>(), [], false, null, detail);
}
