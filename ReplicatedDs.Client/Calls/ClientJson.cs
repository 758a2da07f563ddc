using System.Text.Json;
using System.Text.Json.Serialization;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Client.Calls;

/// <summary>The JSON of the HTTP API, read leniently: a newer replica may say more.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(WriteView))]
[JsonSerializable(typeof(WriteAnswer))]
[JsonSerializable(typeof(IncrementRequest))]
[JsonSerializable(typeof(IncrementAnswer))]
[JsonSerializable(typeof(MemberRequest))]
[JsonSerializable(typeof(MembersAnswer))]
[JsonSerializable(typeof(TransactionRequest))]
[JsonSerializable(typeof(SnapshotRequest))]
[JsonSerializable(typeof(SnapshotAnswer))]
[JsonSerializable(typeof(ListAnswer))]
[JsonSerializable(typeof(EntryBody))]
[JsonSerializable(typeof(SiblingsView))]
[JsonSerializable(typeof(KeyReplicasView))]
[JsonSerializable(typeof(ClockView))]
[JsonSerializable(typeof(PendingView))]
[JsonSerializable(typeof(PendingWhyView))]
[JsonSerializable(typeof(StableView))]
[JsonSerializable(typeof(MembersView))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(LeaveView))]
[JsonSerializable(typeof(EvictView))]
[JsonSerializable(typeof(LinkRequest))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(IReadOnlyList<LinkView>))]
internal sealed partial class ClientJson : JsonSerializerContext;
