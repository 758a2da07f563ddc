namespace ReplicatedDs.Cli.Clusters;

/// <summary>A replica that a command can ask.</summary>
/// <param name="Id">Its id; <c>null</c> for a spare, or one that is not known yet.</param>
/// <param name="Runs">A process of it is known to run; always true where nobody says.</param>
internal sealed record ReplicaTarget(string Name, int? Id, Uri Http, bool Runs, string? State = null)
{
    /// <summary>Its name in pictures and logs: r2.</summary>
    public string Label => Id is { } id ? $"r{id}" : Name;

    public bool Matches(string text) =>
        string.Equals(text, Name, StringComparison.OrdinalIgnoreCase)
        || (Id is { } id && (text == $"{id}" || text == $"r{id}"))
        || (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Authority == Http.Authority);

    /// <summary>Its name ends with that number. That is not its id: who joins gets the next free one, whatever the place is called.</summary>
    public bool IsNumbered(string text) => Name.EndsWith("-" + text.TrimStart('r'), StringComparison.OrdinalIgnoreCase);
}
