namespace ReplicatedDs.Dashboard.Collector;

/// <summary>
/// How much of its events a replica is asked to tell. Telling them takes its time and reading them the dashboard's: where so much happens that nobody could look
/// at it, a part is told, chosen so that what is drawn from it is whole.
/// </summary>
/// <param name="IsBrief">Without <see cref="LeftOut"/>, from which nothing but the list of events is drawn.</param>
/// <param name="Share">One in so many updates, the same ones at every replica; what waits longer than a moment and what is no ordinary update is told all the same.</param>
internal readonly record struct FeedDetail(bool IsBrief, int Share)
{
    public const string LeftOut = "Send,Arrive";

    /// <summary>Events a second of one replica, from which on its feed is brief; below half of it, it no longer is.</summary>
    public const int BriefAbove = 2_000;

    /// <summary>Events a second of all replicas, above which only a share of the updates is told.</summary>
    public const int ThinnedAbove = 10_000;

    /// <summary>Of how many a second it is then a share: enough for rates and latencies, and little for everything that they pass through.</summary>
    public const int ThinnedTo = 1_000;

    private const int ShareMax = 256;

    /// <summary>Everything.</summary>
    public static readonly FeedDetail Whole = new(false, 1);

    /// <param name="own">Events a second of this replica.</param>
    /// <param name="all">Of all replicas.</param>
    public FeedDetail For(double own, double all)
    {
        // Less at once, more only well below, so that it does not change to and fro.
        var share = ShareOf(all) is var wanted && wanted > Share ? wanted : ShareOf(all * 1.5) is var calm && calm < Share ? calm : Share;
        return new FeedDetail(share > 1 || own > (IsBrief ? BriefAbove / 2 : BriefAbove), share);
    }

    /// <summary>What is asked for, as a part of the query.</summary>
    public string Query(string whole) => (IsBrief ? $"&except={LeftOut}" : "") + (Share > 1 ? FormattableString.Invariant($"&share={Share}&whole={Uri.EscapeDataString(whole)}") : "");

    private static int ShareOf(double all)
    {
        if (all <= ThinnedAbove)
        {
            return 1;
        }

        var share = 2;
        while (all / share > ThinnedTo && share < ShareMax)
        {
            share *= 2;
        }

        return share;
    }
}
