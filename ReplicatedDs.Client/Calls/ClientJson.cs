using System.Text.Json;
using System.Text.Json.Serialization;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Client.Calls;

/// <summary>The JSON of the HTTP API, read leniently: a newer replica may say more.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KeyWhyView))]
[JsonSerializable(typeof(WriteView))]
[JsonSerializable(typeof(MemberWriteView))]
[JsonSerializable(typeof(IncrementInput))]
[JsonSerializable(typeof(IncrementView))]
[JsonSerializable(typeof(MemberInput))]
[JsonSerializable(typeof(SetView))]
[JsonSerializable(typeof(TransactionInput))]
[JsonSerializable(typeof(TransactionView))]
[JsonSerializable(typeof(SnapshotInput))]
[JsonSerializable(typeof(SnapshotView))]
[JsonSerializable(typeof(ListView))]
[JsonSerializable(typeof(EntryView))]
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
