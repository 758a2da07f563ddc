using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Client.Calls;

namespace ReplicatedDs.Client;

/// <content>Many keys at once.</content>
public sealed partial class CausalSession
{
    /// <summary>Does all writes of a transaction, or none.</summary>
    /// <exception cref="ConditionFailedException">One of its conditions does not hold.</exception>
    /// <exception cref="ArgumentException">It has no writes.</exception>
    public async Task<Written> CommitAsync(Transaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.Count == 0)
        {
            throw new ArgumentException("The transaction has no writes.", nameof(transaction));
        }

        var answer = await SendAsync(
            Write("transaction", HttpMethod.Post, "/transactions", JsonSerializer.SerializeToUtf8Bytes(transaction.ToInput(), ClientJson.Default.TransactionInput)),
            cancellationToken).ConfigureAwait(false);
        var view = answer.Read(ClientJson.Default.TransactionView);
        return answer.ReadWritten(view.Dot, view.Clock);
    }

    /// <summary>Reads several keys at one causal cut: no transaction is seen in part, no effect without its cause. Keys without a value are <c>null</c>.</summary>
    public async Task<IReadOnlyDictionary<string, Entry?>> SnapshotAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var key in keys)
        {
            KeyPath.Require(key);
        }

        var entries = keys.Distinct(StringComparer.Ordinal).ToDictionary(key => key, Entry? (_) => null, StringComparer.Ordinal);
        if (entries.Count == 0)
        {
            return entries;
        }

        var answer = await SendAsync(
            new Call("snapshot", HttpMethod.Post, "/snapshot")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(new SnapshotInput([.. entries.Keys]), ClientJson.Default.SnapshotInput),
                ContentType = JsonType,
                IsRead = true,
            },
            cancellationToken).ConfigureAwait(false);
        foreach (var body in answer.Read(ClientJson.Default.SnapshotView).Entries)
        {
            entries[body.Key] = EntryViews.Read(body, answer);
        }

        return entries;
    }

    /// <summary>The keys in ascending order, asked for page by page as they are read. Each page is one causal cut; together they are none.</summary>
    /// <param name="prefix">Only keys that start with it.</param>
    /// <param name="after">Only keys behind it.</param>
    /// <param name="pageSize">How many to ask for at once.</param>
    public async IAsyncEnumerable<ListedKey> ListAsync(
        string prefix = "", string? after = null, int pageSize = 1000, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        while (true)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/kv?prefix={Uri.EscapeDataString(prefix)}&limit={pageSize}")
                + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}");
            var answer = await SendAsync(new Call("list", HttpMethod.Get, path), cancellationToken).ConfigureAwait(false);
            var page = answer.Read(ClientJson.Default.ListView);
            foreach (var body in page.Keys)
            {
                yield return new ListedKey(body.Key, answer.ReadDot(body.Dot), body.Type, body.Siblings);
            }

            if (page.Next is null)
            {
                yield break;
            }

            after = page.Next;
        }
    }
}
