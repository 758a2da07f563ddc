namespace ReplicatedDs.Dashboard.History;

/// <summary>Why two versions of a key stand beside each other, from what their writers knew.</summary>
internal static class SiblingWords
{
    public static string Why(UpdateHistory? one, UpdateHistory? other)
    {
        if (one?.WrittenAt is null || other?.WrittenAt is null)
        {
            return "Each was written without knowing of the other.";
        }

        return $"{Knew(one, other)}, and {Knew(other, one)}: neither writer could have known of the other.";
    }

    private static string Knew(UpdateHistory writer, UpdateHistory other)
    {
        var seen = writer.Knew.GetValueOrDefault(other.Origin);
        return $"r{writer.Dot} knew {(seen == 0 ? $"nothing of r{other.Origin}" : $"r{other.Origin} up to r{other.Origin}#{seen}")}, not r{other.Dot}";
    }
}
