using ReplicatedDs.Causality.Membership;
using ReplicatedDs.Replica.Runtime;

namespace ReplicatedDs.Replica.Replication;

/// <summary>
/// Where members are reached. What is configured for a slot's name comes before what the member said when it joined: ports may change between
/// two runs.
/// </summary>
public sealed class AddressBook(ReplicaOptions options)
{
    public Uri? Peer(Member member) => Find(member, options.Peers, member.PeerAddress);

    public Uri? Http(Member member) => Find(member, options.Members, member.HttpAddress);

    private static Uri? Find(Member member, IReadOnlyDictionary<string, Uri> configured, string announced) =>
        configured.GetValueOrDefault(member.Name) ?? (Uri.TryCreate(announced, UriKind.Absolute, out var address) ? address : null);
}
