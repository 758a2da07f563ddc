namespace ReplicatedDs.Cluster.Tests.Upgrades;

/// <summary>A test that needs the repository's history. Without it it is skipped, except in CI, where the history has to be there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EarlierVersionFactAttribute : FactAttribute
{
    public EarlierVersionFactAttribute() => Skip = EarlierVersion.IsThere || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : $"The history does not reach back to {EarlierVersion.Commit[..7]}: it is a shallow clone or no clone.";
}
