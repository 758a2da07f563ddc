namespace ReplicatedDs.Dashboard.Lessons.Catalog;

/// <summary>The lessons, in the order in which they are offered.</summary>
internal static class LessonCatalog
{
    public static readonly IReadOnlyList<Lesson> All = [ViolationLesson.Lesson, SiblingsLesson.Lesson, PartitionLesson.Lesson, LateJoinerLesson.Lesson, SessionLesson.Lesson];

    public static Lesson? Find(string? id) => All.FirstOrDefault(lesson => lesson.Id == id);
}
