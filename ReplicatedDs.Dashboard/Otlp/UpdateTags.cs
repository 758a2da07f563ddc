namespace ReplicatedDs.Dashboard.Otlp;

/// <summary>The names of spans and attributes by which replicas tell of updates; docs/telemetry.md says what each means.</summary>
internal static class UpdateTags
{
    public const string WriteSpan = "write update";
    public const string BufferSpan = "buffer update";
    public const string ApplySpan = "apply update";
    public const string WaitSpan = "wait for dependencies";

    public const string Dot = "replicated_ds.dot";
    public const string Replica = "replicated_ds.replica";
    public const string ReplicaName = "replicated_ds.replica_name";
    public const string Peer = "replicated_ds.peer";
    public const string Keys = "replicated_ds.keys";
    public const string Members = "replicated_ds.members";
    public const string Missing = "replicated_ds.missing";
    public const string WrittenMs = "replicated_ds.written_ms";
    public const string OneIn = "replicated_ds.one_in";
}
