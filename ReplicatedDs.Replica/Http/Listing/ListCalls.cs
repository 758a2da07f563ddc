using System.Globalization;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Listing;

/// <summary>Keys in order, page by page.</summary>
internal sealed class ListCalls(IReplicaNode node)
{
    private const int LimitDefault = 100;
    private const int LimitMax = 1000;

    /// <summary>Keys looked at for one page: deleted ones may lie in long rows until they are collected.</summary>
    private const int ScanMax = 100_000;

    /// <summary><c>GET /kv</c>.</summary>
    public async Task<IResult> GetAsync(HttpContext context)
    {
        var request = KvRequest.SessionOf(context);
        var query = context.Request.Query;
        var (prefix, after) = (query["prefix"].ToString(), query["after"].ToString());
        var limit = Limit(query["limit"].ToString());
        var root = await node.CoverAsync(context, request).ConfigureAwait(false);
        context.Response.Headers.CacheControl = "no-store";
        var keys = new List<EntryView>(Math.Min(limit, 64));
        var scanned = 0;
        string? last = null;
        foreach (var (key, state) in root.Keys.From(string.CompareOrdinal(after, prefix) > 0 ? after : prefix))
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal))
            {
                break;
            }

            if (key == after)
            {
                continue;
            }

            if (keys.Count == limit || scanned == ScanMax)
            {
                return Page(root, keys, last);
            }

            scanned++;
            last = key;
            if (state.IsPresent)
            {
                keys.Add(Entries.ToView(key, state, withValue: false));
            }
        }

        return Page(root, keys, null);
    }

    private static IResult Page(Causality.Core.ReplicaState root, List<EntryView> keys, string? next) =>
        Views.Ok(new ListView(root.Delivered.ToView(), keys, next), ApiJson.Relaxed.ListView);

    private static int Limit(string text)
    {
        if (text.Length == 0)
        {
            return LimitDefault;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= LimitMax
            ? limit
            : throw new ProblemException(ProblemKinds.BadRequest, $"limit is '{text}'; it has to be a number from 1 to {LimitMax}.");
    }
}
