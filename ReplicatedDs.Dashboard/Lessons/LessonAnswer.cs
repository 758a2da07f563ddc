namespace ReplicatedDs.Dashboard.Lessons;

/// <summary>What one replica answered for one key over HTTP, asked without a session.</summary>
/// <param name="Values">None: it has no value. Several: siblings, the winner first.</param>
/// <param name="Dots">The updates that they are from.</param>
public sealed record LessonAnswer(int Replica, string Key, IReadOnlyList<string> Values, IReadOnlyList<string> Dots);
