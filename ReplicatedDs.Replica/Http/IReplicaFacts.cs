using ReplicatedDs.Causality.Membership;

namespace ReplicatedDs.Replica.Http;

/// <summary>What <c>/status</c> tells about this process besides its state. Safe from any thread, also before the data folder is open.</summary>
public interface IReplicaFacts
{
    /// <summary>How often the data folder was opened; 0 before it is.</summary>
    long Boot { get; }

    /// <summary><c>redis</c> or <c>file</c>.</summary>
    string Allocator { get; }

    /// <summary>Bytes that the data folder uses, bytes free on its file system, and whether the last write to it succeeded.</summary>
    (long Used, long Free, bool IsWritable) Disk();

    /// <summary>Where clients reach a member: as it said when it joined, unless something newer is known. <c>null</c>: nowhere.</summary>
    Uri? HttpOf(Member member) => Uri.TryCreate(member.HttpAddress, UriKind.Absolute, out var address) ? address : null;

    /// <summary>Where replicas reach a member, likewise.</summary>
    Uri? PeerOf(Member member) => Uri.TryCreate(member.PeerAddress, UriKind.Absolute, out var address) ? address : null;
}
