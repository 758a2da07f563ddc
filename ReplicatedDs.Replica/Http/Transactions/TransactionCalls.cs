using System.Collections.Immutable;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;

namespace ReplicatedDs.Replica.Http.Transactions;

/// <summary>Several operations in one update: all or none here, visible together everywhere.</summary>
internal sealed class TransactionCalls(KvWrites writes, ApiOptions options)
{
    /// <summary>Operations, and conditions, of one transaction at most.</summary>
    public const int PartsMax = 1024;

    /// <summary>Bytes of the body: a peer has to take the update in one piece.</summary>
    public const int BodyBytesMax = 8 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary><c>POST /transactions</c>.</summary>
    public async Task<IResult> PostAsync(HttpContext context)
    {
        var request = KvRequest.SessionOf(context);
        var input = await RequestBody.ReadJsonAsync(context, ApiJson.Default.TransactionInput, BodyBytesMax).ConfigureAwait(false);
        RequireCount(input.Operations.Count, least: 1, "operations");
        RequireCount(input.Conditions?.Count ?? 0, least: 0, "conditions");
        ImmutableArray<KeyOperation> operations = [.. input.Operations.Select(Operation)];
        var size = operations.OfType<SetOperation>().Sum(set => (long)set.Value.Length);
        if (size > ApiOptions.ValueBytesLimit)
        {
            throw new ProblemException(
                ProblemKinds.TooLarge, $"The values of the transaction have {size} bytes together; at most {ApiOptions.ValueBytesLimit} are taken.");
        }

        var (written, problem) = await writes.WriteAsync(context, request, operations, [.. (input.Conditions ?? []).Select(Condition)]).ConfigureAwait(false);
        return problem ?? Views.Ok(
            new TransactionView(written!.Dot.ToString(), written.Clock.ToView(), [.. operations.Zip(written.Effects, Result)]),
            ApiJson.Relaxed.TransactionView);
    }

    private static void RequireCount(int count, int least, string what)
    {
        if (count > PartsMax)
        {
            throw new ProblemException(ProblemKinds.TooLarge, $"The transaction has {count} {what}; at most {PartsMax} are taken.");
        }

        if (count < least)
        {
            throw new ProblemException(ProblemKinds.BadJson, $"The transaction has no {what}.");
        }
    }

    private static WriteCondition Condition(ConditionInput condition, int index)
    {
        var key = RawKey.CheckText(condition.Key);
        return condition.Dot is null ? new WriteCondition(key, null)
            : Dot.TryParse(condition.Dot, out var dot) ? new WriteCondition(key, dot)
            : throw new ProblemException(ProblemKinds.BadCondition, $"conditions[{index}].dot is '{condition.Dot}'; it has to be a dot such as 2#17, or null for no value.");
    }

    private KeyOperation Operation(OperationInput operation, int index)
    {
        KeyOperation?[] given =
        [
            operation.Set is { } set ? new SetOperation(RawKey.CheckText(set.Key), Value(set, index), ContentType(set, index)) : null,
            operation.Delete is { } delete ? new DeleteOperation(RawKey.CheckText(delete.Key)) : null,
            operation.Increment is { } increment ? new IncrementOperation(RawKey.CheckText(increment.Key), increment.By) : null,
            operation.Add is { } add ? new AddOperation(RawKey.CheckText(add.Key), RawKey.CheckText(add.Member, "member")) : null,
            operation.Remove is { } remove ? new RemoveOperation(RawKey.CheckText(remove.Key), RawKey.CheckText(remove.Member, "member")) : null,
        ];
        return given.Count(one => one is not null) == 1
            ? given.Single(one => one is not null)!
            : throw new ProblemException(ProblemKinds.BadJson, $"operations[{index}] needs exactly one of set, delete, increment, add and remove.");
    }

    private byte[] Value(SetInput set, int index)
    {
        byte[] value;
        try
        {
            value = set.Encoding switch
            {
                null or "utf-8" => StrictUtf8.GetBytes(set.Value),
                "base64" => Convert.FromBase64String(set.Value),
                _ => throw new ProblemException(ProblemKinds.BadJson, $"operations[{index}].set.encoding is '{set.Encoding}'; it can be utf-8 or base64."),
            };
        }
        catch (Exception exception) when (exception is FormatException or EncoderFallbackException)
        {
            throw new ProblemException(ProblemKinds.BadJson, $"operations[{index}].set.value is not {set.Encoding ?? "utf-8"}.");
        }

        return value.Length <= options.ValueBytesMax
            ? value
            : throw new ProblemException(ProblemKinds.TooLarge, $"The value of operations[{index}] has {value.Length} bytes; at most {options.ValueBytesMax} are taken.");
    }

    private static string? ContentType(SetInput set, int index) => set.ContentType switch
    {
        null => set.Encoding == "base64" ? null : "text/plain; charset=utf-8",
        { Length: <= KvWrites.ContentTypeMax } type when type.All(character => character is >= ' ' and < '\x7f') => type,
        _ => throw new ProblemException(
            ProblemKinds.BadJson, $"operations[{index}].set.contentType has to be at most {KvWrites.ContentTypeMax} characters of ASCII."),
    };

    private static OperationResultView Result(KeyOperation operation, long effect) => operation switch
    {
        SetOperation => new OperationResultView(null, null),
        IncrementOperation => new OperationResultView(effect, null),
        _ => new OperationResultView(null, effect == 1),
    };
}
