namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>
/// A scenario that the engine plays on the real cluster: what it asks, what it needs, and its steps. The lessons themselves are the
/// files of <c>Lessons/Catalog</c>.
/// </summary>
internal sealed record Lesson
{
    /// <summary>Its part of the address, such as <c>siblings</c>.</summary>
    public required string Id { get; init; }

    public required int Number { get; init; }

    public required string Title { get; init; }

    /// <summary>What the viewer is to find out.</summary>
    public required string Question { get; init; }

    /// <summary>About how long it takes, such as <c>40 s</c>.</summary>
    public required string Length { get; init; }

    /// <summary>How many running replicas it takes.</summary>
    public int Needs { get; init; } = 3;

    /// <summary>A spare has to be there that can join.</summary>
    public bool Joins { get; init; }

    /// <summary>The keys that it writes.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    public required IReadOnlyList<LessonStep> Steps { get; init; }
}
