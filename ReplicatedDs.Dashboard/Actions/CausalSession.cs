namespace ReplicatedDs.Dashboard.Actions;

/// <summary>
/// One visitor's causal session: the token that every answer extends and every request presents, so that no replica answers with
/// less than what was already seen.
/// </summary>
public sealed class CausalSession
{
    private readonly SortedDictionary<int, long> _clock = [];

    public string? Token { get; private set; }

    /// <summary>What the session has written and read, as far as the answers tell.</summary>
    public IReadOnlyDictionary<int, long> Clock => _clock;

    /// <summary>Takes over the token of an answer and what is known to be in it.</summary>
    public void Extend(string? token, IEnumerable<KeyValuePair<int, long>> seen)
    {
        Token = token ?? Token;
        foreach (var (replica, counter) in seen)
        {
            if (counter > _clock.GetValueOrDefault(replica))
            {
                _clock[replica] = counter;
            }
        }
    }

    /// <summary>Forgets everything: the next request promises nothing.</summary>
    public void Reset()
    {
        Token = null;
        _clock.Clear();
    }
}
