using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReplicatedDs.Client.Api;

namespace ReplicatedDs.Replica.Http.Json;

/// <summary>The JSON of the HTTP API: camelCase; requests are strict, so that a misspelt member is an error instead of a default.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false,
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(WriteView))]
[JsonSerializable(typeof(SiblingsView))]
[JsonSerializable(typeof(KeyReplicasView))]
[JsonSerializable(typeof(IncrementInput))]
[JsonSerializable(typeof(IncrementView))]
[JsonSerializable(typeof(MemberInput))]
[JsonSerializable(typeof(MemberWriteView))]
[JsonSerializable(typeof(SetView))]
[JsonSerializable(typeof(TransactionInput))]
[JsonSerializable(typeof(TransactionView))]
[JsonSerializable(typeof(SnapshotInput))]
[JsonSerializable(typeof(SnapshotView))]
[JsonSerializable(typeof(EntryView))]
[JsonSerializable(typeof(ListView))]
[JsonSerializable(typeof(KeyWhyView))]
[JsonSerializable(typeof(ClockView))]
[JsonSerializable(typeof(PendingView))]
[JsonSerializable(typeof(PendingWhyView))]
[JsonSerializable(typeof(StableView))]
[JsonSerializable(typeof(MembersView))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(HealthView))]
[JsonSerializable(typeof(LeaveView))]
[JsonSerializable(typeof(EvictView))]
[JsonSerializable(typeof(GuestView))]
[JsonSerializable(typeof(HandDeliveryView))]
[JsonSerializable(typeof(LinkRequest))]
[JsonSerializable(typeof(IReadOnlyList<LinkView>))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The same, with text readable as it is: answers are JSON and nothing else, never part of a page.</summary>
    public static ApiJson Relaxed => Holder.Relaxed;

    // Made on first use: it needs the generated default context, whose initializer may run later than one here would.
    private static class Holder
    {
        public static readonly ApiJson Relaxed = new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
