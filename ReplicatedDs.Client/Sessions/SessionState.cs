namespace ReplicatedDs.Client.Sessions;

/// <summary>What a session carries from call to call. Safe from any thread.</summary>
/// <param name="number">Tells sessions of a client apart; spreads them over the replicas.</param>
internal sealed class SessionState(int number, ReplicaOrder order)
{
    private readonly Lock _lock = new();
    private TokenSet _tokens = TokenSet.Empty;
    private int _calls;

    public TokenSet Tokens
    {
        get
        {
            lock (_lock)
            {
                return _tokens;
            }
        }
    }

    /// <summary>Where in the list of replicas the next call starts.</summary>
    public int NextStart() => order switch
    {
        ReplicaOrder.Rotate => unchecked((int)((uint)number + (uint)Interlocked.Increment(ref _calls) - 1) & int.MaxValue),
        ReplicaOrder.Spread => number,
        _ => 0,
    };

    public void Merge(string token)
    {
        lock (_lock)
        {
            _tokens = _tokens.With(token);
        }
    }

    public void Answered(TokenSet presented, string token)
    {
        lock (_lock)
        {
            _tokens = _tokens.Answered(presented, token);
        }
    }
}
