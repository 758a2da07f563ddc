namespace ReplicatedDs.Replica.Http.Problems;

/// <summary>Every kind of error answer of the HTTP API. docs/http-api.md explains each; a test compares the two.</summary>
internal static class ProblemKinds
{
    // What the request says.
    public static readonly ProblemKind BadRequest = new("bad-request", 400, "The request is not valid.");
    public static readonly ProblemKind BadKey = new("bad-key", 400, "The key is not valid.");
    public static readonly ProblemKind BadToken = new("bad-token", 400, "The causal token is not valid.");
    public static readonly ProblemKind BadTimeout = new("bad-timeout", 400, "The causal timeout is not valid.");
    public static readonly ProblemKind BadCondition = new("bad-condition", 400, "The condition is not valid.");
    public static readonly ProblemKind BadJson = new("bad-json", 400, "The JSON body is not valid.");
    public static readonly ProblemKind BadUpdate = new("bad-update", 400, "The update text is not valid.");
    public static readonly ProblemKind Unauthorized = new("unauthorized", 401, "This call needs a key.");
    public static readonly ProblemKind Forbidden = new("forbidden", 403, "This key may not do that.");
    public static readonly ProblemKind ForeignOrigin = new("foreign-origin", 403, "Web pages of other origins may not change anything here.");
    public static readonly ProblemKind LabOff = new("lab-off", 403, "Lab mode is off.");
    public static readonly ProblemKind NoSuchRoute = new("no-such-route", 404, "There is no such call.");
    public static readonly ProblemKind NoSuchKey = new("no-such-key", 404, "The key has no value here.");
    public static readonly ProblemKind NotPending = new("not-pending", 404, "The update does not wait here.");
    public static readonly ProblemKind UnknownPeer = new("unknown-peer", 404, "There is no such peer.");
    public static readonly ProblemKind MethodNotAllowed = new("method-not-allowed", 405, "The call exists, but not with this method.");
    public static readonly ProblemKind SlowRequest = new("slow-request", 408, "The request arrived too slowly.");
    public static readonly ProblemKind Conflict = new("conflict", 409, "The update contradicts one that exists, or its sender may not write.");
    public static readonly ProblemKind WrongType = new("wrong-type", 409, "The key holds a value of another type.");
    public static readonly ProblemKind Overflow = new("overflow", 409, "The counter would leave the range of 64 bits.");
    public static readonly ProblemKind IdTaken = new("id-taken", 409, "The id is already taken.");
    public static readonly ProblemKind LastMember = new("last-member", 409, "The last active member cannot leave.");
    public static readonly ProblemKind NeedsForce = new("needs-force", 409, "The survivors would be no majority.");
    public static readonly ProblemKind Evicted = new("evicted", 410, "The replica was evicted.");
    public static readonly ProblemKind HistoryLost = new("history-lost", 410, "What this session has seen was given up with an evicted replica.");
    public static readonly ProblemKind ConditionFailed = new("condition-failed", 412, "The condition does not hold at this replica.");
    public static readonly ProblemKind TooLarge = new("too-large", 413, "The body is too large.");
    public static readonly ProblemKind UnsupportedContentType = new("unsupported-content-type", 415, "The content type is not one that this call takes.");
    public static readonly ProblemKind UnsupportedContentEncoding = new("unsupported-content-encoding", 415, "Encoded bodies are not taken.");
    public static readonly ProblemKind IdempotencyKeyReused = new("idempotency-key-reused", 422, "The idempotency key belongs to another write.");
    public static readonly ProblemKind ForeignHost = new("foreign-host", 421, "The Host header names another server.");
    public static readonly ProblemKind TooManyWrongKeys = new("too-many-wrong-keys", 429, "Too many wrong keys came from this address.");

    // What the replica can do now.
    public static readonly ProblemKind Internal = new("internal", 500, "Something went wrong inside the replica.");
    public static readonly ProblemKind NotReady = new("not-ready", 503, "The replica is not ready.");
    public static readonly ProblemKind CausalTimeout = new("causal-timeout", 503, "The replica did not cover the causal token in time.");
    public static readonly ProblemKind NotActive = new("not-active", 503, "The replica does not take writes yet.");
    public static readonly ProblemKind Verifying = new("verifying", 503, "The replica checks whether its data folder is up to date.");
    public static readonly ProblemKind Leaving = new("leaving", 503, "The replica is leaving the cluster.");
    public static readonly ProblemKind Forked = new("forked", 503, "Two updates bear one name of this replica's.");
    public static readonly ProblemKind IdInUse = new("id-in-use", 503, "Another process runs under this replica's id.");
    public static readonly ProblemKind OlderCopy = new("older-copy", 503, "The replica's data folder is an older copy.");
    public static readonly ProblemKind ClockAhead = new("clock-ahead", 503, "The replica's clock is too far ahead of the others'.");
    public static readonly ProblemKind Refused = new("refused", 503, "The replica refuses the request.");
    public static readonly ProblemKind Overloaded = new("overloaded", 503, "The replica has too much to do.");
    public static readonly ProblemKind KeyBusy = new("key-busy", 503, "Too many writers wait for this key.");
    public static readonly ProblemKind StorageUnavailable = new("storage-unavailable", 503, "The data folder takes no writes.");
    public static readonly ProblemKind ValuesUnavailable = new("values-unavailable", 503, "The Redis Cluster of the values does not do its part.");
    public static readonly ProblemKind AllocatorUnavailable = new("allocator-unavailable", 503, "The id allocator gave no id.");
    public static readonly ProblemKind StorageFull = new("storage-full", 507, "The data folder is full.");

    public static readonly IReadOnlyList<ProblemKind> All =
    [
        BadRequest, BadKey, BadToken, BadTimeout, BadCondition, BadJson, BadUpdate, Unauthorized, Forbidden, ForeignOrigin, LabOff, NoSuchRoute, NoSuchKey,
        NotPending, UnknownPeer, MethodNotAllowed, SlowRequest, Conflict, WrongType, Overflow, IdTaken, LastMember, NeedsForce, Evicted, HistoryLost, ConditionFailed, TooLarge, UnsupportedContentType,
        UnsupportedContentEncoding, IdempotencyKeyReused, ForeignHost, TooManyWrongKeys, Internal, NotReady, CausalTimeout, NotActive, Verifying, Leaving, OlderCopy, Forked, IdInUse, ClockAhead, Refused, Overloaded, KeyBusy,
        StorageUnavailable, ValuesUnavailable, AllocatorUnavailable, StorageFull,
    ];
}
