namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>Redis's patterns: <c>*</c>, <c>?</c>, <c>[a-c]</c>, <c>[^a]</c>, and <c>\</c> before what is meant literally. Takes time proportional to pattern and text, never exponential.</summary>
internal sealed class Glob(string pattern)
{
    public bool Matches(string text)
    {
        int at = 0, place = 0, star = -1, tried = 0;
        while (at < text.Length)
        {
            if (place < pattern.Length && pattern[place] == '*')
            {
                star = ++place;
                tried = at;
                continue;
            }

            if (place < pattern.Length && Takes(text[at], place, out var next))
            {
                at++;
                place = next;
                continue;
            }

            if (star < 0)
            {
                return false;
            }

            // The latest star takes one more: earlier ones need not be tried again.
            place = star;
            at = ++tried;
        }

        while (place < pattern.Length && pattern[place] == '*')
        {
            place++;
        }

        return place == pattern.Length;
    }

    /// <summary>Keys that match begin with this.</summary>
    public string Prefix()
    {
        var end = pattern.AsSpan().IndexOfAny("*?[\\");
        return end < 0 ? pattern : pattern[..end];
    }

    private bool Takes(char one, int place, out int next)
    {
        next = place + 1;
        switch (pattern[place])
        {
            case '?':
                return true;
            case '[':
                return TakesOneOf(one, place + 1, out next);
            case '\\' when place + 1 < pattern.Length:
                next = place + 2;
                return pattern[place + 1] == one;
            default:
                return pattern[place] == one;
        }
    }

    private bool TakesOneOf(char one, int place, out int next)
    {
        var isNegated = place < pattern.Length && pattern[place] == '^';
        var found = false;
        for (place += isNegated ? 1 : 0; place < pattern.Length && pattern[place] != ']'; place++)
        {
            if (pattern[place] == '\\' && place + 1 < pattern.Length)
            {
                place++;
                found |= pattern[place] == one;
            }
            else if (place + 2 < pattern.Length && pattern[place + 1] == '-')
            {
                var (low, high) = (pattern[place], pattern[place + 2]);
                found |= one >= Math.Min(low, high) && one <= Math.Max(low, high);
                place += 2;
            }
            else
            {
                found |= pattern[place] == one;
            }
        }

        next = Math.Min(place + 1, pattern.Length);
        return found != isNegated;
    }
}
