using System.Collections.Immutable;
using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client.Sessions;

/// <summary>
/// The causal tokens that stand for one session. Only a replica can merge tokens into one; until it does the session presents all of them. A token
/// that another one covers is left out, so that concurrent calls do not pile them up.
/// </summary>
internal sealed class TokenSet
{
    private readonly ImmutableArray<(string Text, VectorClock? Clock)> _tokens;

    private TokenSet(ImmutableArray<(string Text, VectorClock? Clock)> tokens)
    {
        _tokens = tokens;
        Text = tokens.IsEmpty ? null : string.Join(", ", tokens.Select(token => token.Text));
    }

    public static TokenSet Empty { get; } = new([]);

    /// <value>As the header <c>Causal-Token</c> takes it; <c>null</c> for a session that has seen nothing.</value>
    public string? Text { get; }

    /// <value>What the tokens say that the session has seen.</value>
    public VectorClock Clock => _tokens.Aggregate(VectorClock.Empty, (clock, token) => token.Clock is null ? clock : clock.Merge(token.Clock));

    /// <summary>With the tokens in <paramref name="text"/>, which are separated by commas.</summary>
    public TokenSet With(string text)
    {
        var tokens = _tokens;
        foreach (var one in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            tokens = With(tokens, one);
        }

        return tokens == _tokens ? this : new TokenSet(tokens);
    }

    /// <summary>With an answer's token in place of those that the request presented: it covers them.</summary>
    public TokenSet Answered(TokenSet presented, string answer) =>
        new TokenSet(_tokens.RemoveAll(token => presented._tokens.Any(other => other.Text == token.Text))).With(answer);

    private static ImmutableArray<(string Text, VectorClock? Clock)> With(ImmutableArray<(string Text, VectorClock? Clock)> tokens, string text)
    {
        var clock = CausalToken.TryPeek(text, out var read) ? read : null; // one that this version cannot read is kept as it is
        if (tokens.Any(token => token.Text == text || (clock is not null && token.Clock?.Covers(clock) == true)))
        {
            return tokens;
        }

        return tokens.RemoveAll(token => clock is not null && token.Clock is not null && clock.Covers(token.Clock)).Add((text, clock));
    }
}
