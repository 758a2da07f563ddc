namespace ReplicatedDs.Dashboard.Actions;

/// <summary>What came of an action: the state that was reached, or why it was not.</summary>
/// <param name="Text">One sentence.</param>
/// <param name="IsHarm">Done as it was asked, and no cause for joy: a replica is away now.</param>
public sealed record ActionOutcome(bool IsDone, string Text, bool IsHarm = false)
{
    public static ActionOutcome Done(string text) => new(true, text);

    public static ActionOutcome Harmed(string text) => new(true, text, IsHarm: true);

    public static ActionOutcome Failed(string text) => new(false, text);
}
