namespace ReplicatedDs.Cli.Loading;

/// <summary>What a load consists of.</summary>
/// <param name="Clients">Sessions that each wait for an answer before they ask again.</param>
/// <param name="ReadPercent">How many of 100 operations read.</param>
/// <param name="Moves">Every operation of a session goes to another replica.</param>
/// <param name="Prefix">What the keys start with.</param>
internal sealed record LoadPlan(int Clients, TimeSpan Duration, int ReadPercent, int Keys, int ValueBytes, bool Moves, string Prefix)
{
    public string Key(int number) => $"{Prefix}{number}";
}
