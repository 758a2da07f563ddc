using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Calls;
using ReplicatedDs.Client.Sessions;

namespace ReplicatedDs.Client;

/// <summary>
/// A causal session: whatever it has read or written, it never sees less afterwards, and what it writes is ordered behind, at whichever replica. It
/// is carried by a small token, which can be taken elsewhere. Safe from any thread; calls made at the same time are not ordered among themselves.
/// </summary>
/// <remarks>
/// Every call ends in one of these ways: an answer; <see cref="ReplicaRefusedException"/> (nothing was changed, do not repeat);
/// <see cref="CausalTimeoutException"/> (nothing was changed, may be repeated); <see cref="ReplicasUnavailableException"/>;
/// <see cref="UnexpectedAnswerException"/>; <see cref="ArgumentException"/> for what no replica would take; cancellation.
/// </remarks>
public sealed partial class CausalSession : IAsyncDisposable, IDisposable
{
    private readonly Dispatcher _dispatcher;
    private readonly SessionState _state;
    private readonly CancellationTokenSource _ends = new();

    internal CausalSession(Dispatcher dispatcher, SessionState state)
    {
        _dispatcher = dispatcher;
        _state = state;
    }

    /// <summary>
    /// The session as text, for <see cref="ReplicatedDsClient.StartSession"/> elsewhere or the header <c>Causal-Token</c>; <c>null</c> before it has
    /// seen anything. It holds for this cluster only.
    /// </summary>
    public string? Token => _state.Tokens.Text;

    /// <summary>What the session has seen, as far as its token tells.</summary>
    public VectorClock Clock => _state.Tokens.Clock;

    /// <summary>Takes over what another session has seen: from now on this one never sees less either.</summary>
    /// <param name="token">The other one's <see cref="Token"/>.</param>
    public void Merge(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        _state.Merge(token);
    }

    /// <summary>The token of a session that has seen what both have seen.</summary>
    public static string MergeTokens(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return TokenSet.Empty.With(left).With(right).Text ?? "";
    }

    /// <summary>Ends its watches. The token stays valid.</summary>
    public void Dispose() => _ends.Cancel(); // nothing else to free: the source has no timer

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync() => await _ends.CancelAsync().ConfigureAwait(false);

    private Task<Answer> SendAsync(Call call, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ends.IsCancellationRequested, this);
        return _dispatcher.SendAsync(call, _state, only: null, cancellationToken);
    }
}
