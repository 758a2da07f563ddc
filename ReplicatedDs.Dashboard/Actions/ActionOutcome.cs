namespace ReplicatedDs.Dashboard.Actions;

/// <summary>What came of an action: the state that was reached, or why it was not.</summary>
/// <param name="Text">One sentence.</param>
/// <param name="Restartable">A replica that this action ended: offered for restart beside the sentence.</param>
public sealed record ActionOutcome(bool IsDone, string Text, string? Restartable = null)
{
    public static ActionOutcome Done(string text, string? restartable = null) => new(true, text, restartable);

    public static ActionOutcome Failed(string text) => new(false, text);
}
