using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Replica.Storage;

namespace ReplicatedDs.Replica.Replication;

/// <summary>Carries the core's messages: one <see cref="PeerSender"/> per member. Used by the loop only.</summary>
internal sealed class PeerTransport(
    AddressBook addresses,
    ReplicaIdentity self,
    IReplicaStore store,
    PeerHttp http,
    ILogger<PeerTransport> logger,
    Func<ReplicaInput, CancellationToken, ValueTask> post) : IAsyncDisposable
{
    private readonly Dictionary<ReplicaId, PeerSender> _senders = [];

    public void Send(ImmutableArray<(ReplicaId To, PeerMessage Message)> messages, MemberTable members)
    {
        foreach (var (to, message) in messages)
        {
            if (!_senders.TryGetValue(to, out var sender))
            {
                if (members.Find(to) is not { } member)
                {
                    continue;
                }

                _senders.Add(to, sender = new PeerSender(member, addresses, self, store, http, logger, post));
            }

            sender.Offer(message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
        {
            await sender.DisposeAsync().ConfigureAwait(false);
        }
    }
}
