namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>
/// A scenario that the engine plays on the real cluster: what it asks, what it needs, and its steps. The lessons themselves are the
/// files of <c>Lessons/Catalog</c>.
/// </summary>
internal sealed record Lesson
{
    /// <summary>Its part of the address, such as <c>siblings</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The address of its page; by itself made of <see cref="Id"/>.</summary>
    public string Address { get => field ?? $"scenarios/{Id}"; init; }

    public required int Number { get; init; }

    public required string Title { get; init; }

    /// <summary>What the viewer is to find out.</summary>
    public required string Question { get; init; }

    /// <summary>About how long it takes, such as <c>40 s</c>.</summary>
    public required string Length { get; init; }

    /// <summary>What the button says that starts it.</summary>
    public string Invitation { get => field ?? $"Start ({Length})"; init; }

    /// <summary>How many running replicas it takes.</summary>
    public int Needs { get; init; } = 3;

    /// <summary>A spare has to be there that can join.</summary>
    public bool Joins { get; init; }

    /// <summary>The keys that it writes.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>Its picture is a split screen too, on which the viewer goes on to the last step; <c>null</c>: it is not.</summary>
    public LessonSplit? Split { get; init; }

    /// <summary>What the first one predicts is asked before the start.</summary>
    public required IReadOnlyList<LessonStep> Steps { get; init; }
}
