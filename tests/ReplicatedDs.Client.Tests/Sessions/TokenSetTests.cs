using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Client.Sessions;
using ReplicatedDs.Client.Tests.StandIn;

namespace ReplicatedDs.Client.Tests.Sessions;

public class TokenSetTests
{
    private static readonly string Small = Tokens.Of((1, 3));
    private static readonly string Large = Tokens.Of((1, 4), (2, 1));
    private static readonly string Beside = Tokens.Of((2, 9));

    [Fact]
    public void With_ATokenThatAnotherCovers_KeepsTheOther()
    {
        Assert.Equal(Large, TokenSet.Empty.With(Small).With(Large).Text);
        Assert.Equal(Large, TokenSet.Empty.With(Large).With(Small).Text);
    }

    [Fact]
    public void With_ConcurrentTokens_PresentsBoth()
    {
        var tokens = TokenSet.Empty.With(Large).With(Beside);

        Assert.Equal($"{Large}, {Beside}", tokens.Text);
        Assert.Equal(VectorClock.Of((1, 4), (2, 9)), tokens.Clock);
    }

    [Fact]
    public void With_AListOfTokens_TakesEach() => Assert.Equal($"{Large}, {Beside}", TokenSet.Empty.With($" {Large},{Beside} ,").Text);

    [Fact]
    public void With_ATokenOfAnotherVersion_KeepsItAsItIs()
    {
        var tokens = TokenSet.Empty.With("unreadable").With(Small).With("unreadable");

        Assert.Equal($"unreadable, {Small}", tokens.Text);
    }

    [Fact]
    public void Answered_TakesTheAnswerInPlaceOfWhatWasPresented()
    {
        var presented = TokenSet.Empty.With("unreadable").With(Small);

        Assert.Equal(Large, presented.Answered(presented, Large).Text);
    }

    [Fact]
    public void Answered_WhatCameInMeanwhile_Stays()
    {
        var presented = TokenSet.Empty.With(Small);
        var meanwhile = presented.With(Beside);

        Assert.Equal($"{Beside}, {Large}", meanwhile.Answered(presented, Large).Text);
    }

    [Fact]
    public void Empty_PresentsNothing() => Assert.Null(TokenSet.Empty.Text);
}
