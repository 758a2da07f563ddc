using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Client.Calls;

namespace ReplicatedDs.Client;

/// <summary>
/// Writes that happen together: all or none at the replica that takes them, and visible at once everywhere. Collect them, then
/// <see cref="CausalSession.CommitAsync"/>. Not safe from several threads.
/// </summary>
public sealed class Transaction
{
    private readonly List<ConditionInput> _conditions = [];
    private readonly List<OperationInput> _operations = [];

    /// <summary>How many writes it has.</summary>
    public int Count => _operations.Count;

    /// <summary>Happens only if the key has exactly this version: <see cref="ConditionFailedException"/> otherwise.</summary>
    public Transaction RequireUnchanged(string key, Dot dot)
    {
        KeyPath.Require(key);
        _conditions.Add(new ConditionInput(key, dot.ToString()));
        return this;
    }

    /// <summary>Happens only if the key has no value: <see cref="ConditionFailedException"/> otherwise.</summary>
    public Transaction RequireAbsent(string key)
    {
        KeyPath.Require(key);
        _conditions.Add(new ConditionInput(key, null));
        return this;
    }

    /// <summary>Writes text.</summary>
    public Transaction Set(string key, string value) => Set(key, Encoding.UTF8.GetBytes(value), "text/plain; charset=utf-8");

    /// <summary>Writes an object as JSON.</summary>
    public Transaction Set<T>(string key, T value, JsonTypeInfo<T> type) => Set(key, JsonSerializer.SerializeToUtf8Bytes(value, type), "application/json");

    /// <summary>Writes bytes.</summary>
    public Transaction Set(string key, ReadOnlyMemory<byte> value, string contentType = "application/octet-stream")
    {
        KeyPath.Require(key);
        var (text, encoding) = EntryViews.Encode(value.Span);
        _operations.Add(new OperationInput(Set: new SetInput(key, text, contentType, encoding)));
        return this;
    }

    public Transaction Delete(string key)
    {
        KeyPath.Require(key);
        _operations.Add(new OperationInput(Delete: new KeyInput(key)));
        return this;
    }

    /// <summary>Adds to a counter.</summary>
    public Transaction Increment(string key, long by = 1)
    {
        KeyPath.Require(key);
        _operations.Add(new OperationInput(Increment: new AmountInput(key, by)));
        return this;
    }

    /// <summary>Adds a member to a set.</summary>
    public Transaction Add(string key, string member)
    {
        KeyPath.Require(key);
        ArgumentNullException.ThrowIfNull(member);
        _operations.Add(new OperationInput(Add: new KeyMemberInput(key, member)));
        return this;
    }

    /// <summary>Removes a member from a set.</summary>
    public Transaction Remove(string key, string member)
    {
        KeyPath.Require(key);
        ArgumentNullException.ThrowIfNull(member);
        _operations.Add(new OperationInput(Remove: new KeyMemberInput(key, member)));
        return this;
    }

    internal TransactionInput ToInput() => new(_operations, _conditions.Count == 0 ? null : _conditions);
}
