using System.Security.Cryptography;
using System.Text.Json;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Client.Api;
using ReplicatedDs.Replica.Http.Json;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Http.Kv;

/// <summary>Find: what every member holds for a key. Members are asked all at once, and briefly.</summary>
internal sealed class KvFind(IReplicaNode node, IHttpClientFactory clients, IReplicaFacts facts)
{
    /// <summary>The HTTP client for questions to members.</summary>
    public const string ClientName = "members";

    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary><c>GET /kv/{key}/replicas</c>; with <c>?scope=here</c> this replica answers for itself alone.</summary>
    public async Task<IResult> GetAsync(HttpContext context)
    {
        var request = KvRequest.Of(context);
        var scope = context.Request.Query["scope"].ToString();
        if (scope is not ("" or "here"))
        {
            throw new ProblemException(ProblemKinds.BadRequest, $"scope is '{scope}'; it can only be here.");
        }

        var root = await node.CoverAsync(context, request).ConfigureAwait(false);
        var replicas = scope == "here"
            ? [await HereAsync(node.RequireServing().Id, root, request.Key!, context.RequestAborted).ConfigureAwait(false)]
            : await EverywhereAsync(node.RequireServing().Id, root, request.Key!, context.RequestAborted).ConfigureAwait(false);
        return Views.Ok(new KeyReplicasView(request.Key!, replicas), ApiJson.Relaxed.KeyReplicasView);
    }

    /// <summary>One entry per member that holds data, by id.</summary>
    public async Task<IReadOnlyList<KeyReplicaView>> EverywhereAsync(ReplicaId self, ReplicaState root, string key, CancellationToken cancellationToken)
    {
        var members = root.Members.Where(member => member.IsPresent);
        return await Task.WhenAll(members.Select(member => member.Id == self
            ? HereAsync(self, root, key, cancellationToken)
            : AskAsync(member, key, cancellationToken))).ConfigureAwait(false);
    }

    private async Task<KeyReplicaView> HereAsync(ReplicaId self, ReplicaState root, string key, CancellationToken cancellationToken)
    {
        var name = root.Members.Find(self)?.Name ?? "";
        return root.Keys.Find(key) is { } found && await node.WithValuesAsync(key, found, cancellationToken).ConfigureAwait(false) is var state
            ? new KeyReplicaView(
                self.Value,
                name,
                state.IsPresent ? "present" : "absent",
                state.Winner.Dot.ToString(),
                state.IsPresent ? Convert.ToHexStringLower(SHA256.HashData(KeyContent.Of(state).Span)) : null,
                state.SiblingCount)
            : new KeyReplicaView(self.Value, name, "absent", null, null, 0);
    }

    private async Task<KeyReplicaView> AskAsync(Member member, string key, CancellationToken cancellationToken)
    {
        var unreachable = new KeyReplicaView(member.Id.Value, member.Name, "unreachable", null, null, 0);
        if (facts.HttpOf(member) is not { } address)
        {
            return unreachable;
        }

        try
        {
            using var client = clients.CreateClient(ClientName);
            var question = new Uri(address, $"/kv/{Uri.EscapeDataString(key)}/replicas?scope=here");
            var answer = await client.GetFromJsonAsync(question, ApiJson.Relaxed.KeyReplicasView, cancellationToken).ConfigureAwait(false);

            // Another process may have taken the port of a dead member.
            return answer?.Replicas is [var view] && view.Replica == member.Id.Value ? view : unreachable;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return unreachable;
        }
    }
}
