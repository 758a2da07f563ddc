using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Replication;

/// <summary>Carries the core's messages: one <see cref="PeerSender"/> per member. Used by the loop only.</summary>
internal sealed class PeerTransport(
    AddressBook addresses,
    ReplicaIdentity self,
    IReplicaStore store,
    PeerHttp http,
    PeerClient client,
    ILogger<PeerTransport> logger,
    Func<ReplicaInput, CancellationToken, ValueTask> post) : IAsyncDisposable
{
    private readonly Dictionary<ReplicaId, PeerSender> _senders = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _fetching = Task.CompletedTask;
    private MemberTable _members = MemberTable.Empty;
    private int _peers;

    public void Send(ImmutableArray<(ReplicaId To, PeerMessage Message)> messages, MemberTable members)
    {
        if (!ReferenceEquals(members, _members))
        {
            _members = members;
            Volatile.Write(ref _peers, members.Count(member => member is { IsPresent: true, IsFenced: false } && member.Id != self.Id)); // those that are gone count no more
        }

        foreach (var (to, message) in messages)
        {
            if (members.Find(to) is not { } member)
            {
                continue;
            }

            if (message is SnapshotRequest)
            {
                _fetching = FetchAsync(member); // the core waits for the end of one before it asks for another
                continue;
            }

            if (!_senders.TryGetValue(to, out var sender))
            {
                _senders.Add(to, sender = new PeerSender(member, addresses, self, store, http, logger, () => Volatile.Read(ref _peers), post));
            }

            sender.Offer(message);
        }
    }

    /// <summary>Reads a member's whole state and gives it to the core, or says that it came to nothing.</summary>
    private async Task FetchAsync(Member member)
    {
        ReplicaInput answer = new SnapshotFailed(member.Id);
        try
        {
            if (addresses.Peer(member) is { } address)
            {
                logger.SnapshotWanted(member.Id.Value);
                await using var values = store.Values?.Import(self);
                answer = new SnapshotArrived(member.Id, await client.SnapshotAsync(address, new Progress<long>(), values, _stop.Token).ConfigureAwait(false));
            }
        }
        catch (JoinException failure)
        {
            logger.SnapshotFailed(member.Id.Value, failure.Message);
        }
        catch (OperationCanceledException)
        {
            return; // this replica stops
        }

        try
        {
            await post(answer, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or NodeUnavailableException)
        {
            // Nobody wants to know any more.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _fetching.ConfigureAwait(false);
        foreach (var sender in _senders.Values)
        {
            await sender.DisposeAsync().ConfigureAwait(false);
        }

        _stop.Dispose();
    }
}
