using System.Net;
using Microsoft.AspNetCore.Mvc;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Storage;
using ReplicatedDs.Replica.Storage.Values;

namespace ReplicatedDs.Replica.Replication;

/// <summary>Questions to other replicas beside the stream: who they are, a join, a snapshot, one update.</summary>
internal sealed class PeerClient(PeerHttp http, ReplicaOptions options, AddressBook addresses)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(3);

    /// <summary>What every configured peer that answers says of its cluster, in the order of their names. Those that do not answer are left out.</summary>
    public async Task<IReadOnlyList<(Uri Address, ClusterDescription Cluster)>> DescribeAllAsync(CancellationToken cancellationToken)
    {
        var asked = options.Peers
            .Where(peer => peer.Key != options.Name)
            .OrderBy(peer => peer.Key.Length).ThenBy(peer => peer.Key, StringComparer.Ordinal) // replica-2 before replica-10
            .Select(peer => DescribeAsync(peer.Value, cancellationToken));
        var answers = await Task.WhenAll(asked).ConfigureAwait(false);
        return [.. answers.Where(answer => answer.Cluster is not null).Select(answer => (answer.Address, answer.Cluster!))];
    }

    /// <summary>Whether every configured peer answers that it is in no cluster.</summary>
    public async Task<bool> HaveNoClusterAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(options.Peers.Where(peer => peer.Key != options.Name).Select(peer => HasNoClusterAsync(peer.Value, cancellationToken))).ConfigureAwait(false);
        return answers.All(answer => answer);
    }

    /// <summary>Whether some configured peer of the cluster says that everybody has all updates of <paramref name="departed"/>.</summary>
    public async Task<bool> HasEverybodyAsync(ReplicaIdentity departed, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(options.Peers.Where(peer => peer.Key != options.Name).Select(peer => GetAsync<DepartedAnswer>(
            new Uri(peer.Value, $"/replication/departed/{departed.ClusterId}/{departed.Id}/{departed.Incarnation}"), cancellationToken))).ConfigureAwait(false);
        return answers.Any(answer => answer is { HasEverybody: true });
    }

    /// <exception cref="JoinException">The sponsor refused or did not answer.</exception>
    public async Task<Dot> JoinAsync(Uri sponsor, JoinBody body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(sponsor, "/replication/join"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = JsonContent.Create(body),
        };
        try
        {
            using var response = await http.SendAsync(request, cancellationToken).WaitAsync(AnswerWithin, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode
                && await response.Content.ReadFromJsonAsync<JoinAnswer>(cancellationToken).ConfigureAwait(false) is { } answer
                && Dot.TryParse(answer.Dot, out var dot))
            {
                return dot;
            }

            throw new JoinException(
                $"{sponsor} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException or System.Text.Json.JsonException)
        {
            throw new JoinException($"{sponsor} did not answer the join: {exception.Message}", exception);
        }
    }

    /// <exception cref="JoinException">It could not be read to its end.</exception>
    /// <param name="values">Where its values go; <c>null</c>: they stay in the state.</param>
    public async Task<ReplicaState> SnapshotAsync(Uri sponsor, IProgress<long> keys, IValueImport? values, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(sponsor, "/replication/snapshot"), cancellationToken).ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var state = await SnapshotCodec.ReadAsync(stream, cancellationToken, keys, values is null ? null : values.KeepAsync).ConfigureAwait(false);
            if (values is not null)
            {
                await values.ConfirmAsync(cancellationToken).ConfigureAwait(false);
            }

            return state;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or WireFormatException or ValuesUnavailableException)
        {
            throw new JoinException($"the snapshot of {sponsor} could not be read: {exception.Message}", exception);
        }
    }

    /// <summary>The update with that dot from any member that holds it; <c>null</c> if nobody reachable does.</summary>
    public async Task<Update?> FindUpdateAsync(Dot dot, MemberTable members, ReplicaId self, CancellationToken cancellationToken)
    {
        foreach (var member in members.Where(member => member.IsServing && member.Id != self))
        {
            if (addresses.Peer(member) is { } address && await TryGetUpdateAsync(address, dot, cancellationToken).ConfigureAwait(false) is { } update)
            {
                return update;
            }
        }

        return null;
    }

    private async Task<Update?> TryGetUpdateAsync(Uri address, Dot dot, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(address, $"/replication/update/{dot.Replica}/{dot.Counter}"), cancellationToken)
                .WaitAsync(AnswerWithin, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? UpdateCodec.ReadBatch(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)).SingleOrDefault()
                : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException or WireFormatException)
        {
            return null;
        }
    }

    private async Task<bool> HasNoClusterAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(address, "/replication/cluster"), cancellationToken).WaitAsync(AnswerWithin, cancellationToken).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.ServiceUnavailable
                && await response.Content.ReadFromJsonAsync<ProblemDetails>(cancellationToken).WaitAsync(AnswerWithin, cancellationToken).ConfigureAwait(false) is { } problem
                && problem.Type?.Split(':')[^1] == PeerEndpoints.NoClusterProblem;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException or System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private async Task<(Uri Address, ClusterDescription? Cluster)> DescribeAsync(Uri address, CancellationToken cancellationToken) =>
        (address, await GetAsync<ClusterDescription>(new Uri(address, "/replication/cluster"), cancellationToken).ConfigureAwait(false));

    /// <summary><c>null</c> if there is no answer, or another one.</summary>
    private async Task<T?> GetAsync<T>(Uri address, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var response = await http.GetAsync(address, cancellationToken).WaitAsync(AnswerWithin, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<T>(cancellationToken).ConfigureAwait(false) : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException or System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
