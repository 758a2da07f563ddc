namespace ReplicatedDs.Cli.Feeds;

/// <summary>The kinds of events, as the feed names them.</summary>
internal static class EventKinds
{
    public const string Write = nameof(Write);
    public const string Send = nameof(Send);
    public const string Arrive = nameof(Arrive);
    public const string Buffer = nameof(Buffer);
    public const string Apply = nameof(Apply);
    public const string Read = nameof(Read);
    public const string Drop = nameof(Drop);
    public const string Duplicate = nameof(Duplicate);
    public const string Join = nameof(Join);
    public const string Leave = nameof(Leave);
    public const string Restart = nameof(Restart);
    public const string LinkChanged = nameof(LinkChanged);
    public const string Gap = nameof(Gap);
}
