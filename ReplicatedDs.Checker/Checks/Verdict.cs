namespace ReplicatedDs.Checker.Checks;

public enum Verdict
{
    /// <summary>Nothing was found, or it was not looked for; <see cref="CheckResult.NotChecked"/> says why.</summary>
    NotChecked,

    /// <summary>Everything was looked at and nothing was found.</summary>
    Holds,

    Violated,
}
