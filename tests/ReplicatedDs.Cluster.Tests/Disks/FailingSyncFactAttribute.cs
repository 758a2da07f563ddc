namespace ReplicatedDs.Cluster.Tests.Disks;

/// <summary>A test with a disk whose syncs fail. Where that cannot be made it is skipped, and says what is missing.</summary>
internal sealed class FailingSyncFactAttribute : FactAttribute
{
    public FailingSyncFactAttribute() => Skip = FailingSync.Objection;
}
