namespace ReplicatedDs.Cli.Shell;

/// <summary>Which word somebody meant.</summary>
internal static class Spelling
{
    /// <summary>The one that differs least, by at most a third of its letters; <c>null</c>: none is near enough.</summary>
    public static string? Closest(string word, IEnumerable<string> known) => known
        .Select(one => (Word: one, Distance: Distance(word.ToLowerInvariant(), one)))
        .Where(one => 3 * one.Distance <= Math.Max(3, one.Word.TrimStart('-').Length))
        .OrderBy(one => one.Distance)
        .Select(one => one.Word)
        .FirstOrDefault();

    /// <summary>How many letters are missing, too many, others, or swapped with the next one (optimal string alignment).</summary>
    private static int Distance(string left, string right)
    {
        var distance = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                distance[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(Math.Min(distance[i - 1, j], distance[i, j - 1]) + 1, distance[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    distance[i, j] = Math.Min(distance[i, j], distance[i - 2, j - 2] + 1);
                }
            }
        }

        return distance[left.Length, right.Length];
    }
}
