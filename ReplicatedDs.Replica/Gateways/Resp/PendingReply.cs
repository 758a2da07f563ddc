using System.Collections.Immutable;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>A reply whose turn has not come.</summary>
/// <param name="Reply">What it is, once its write is done; <c>null</c>: the number that the write gives.</param>
/// <param name="Writing">The write that it waits for, if it does.</param>
internal readonly record struct PendingReply(RespReply? Reply, Task<RequestResult>? Writing, ImmutableArray<KeyOperation> Operations);
