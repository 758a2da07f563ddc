using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Causality.Wire;

/// <summary>
/// The notation in which the original system sent updates: <c>SU2:1:4:2:17|x:3:y:4</c>. After <c>SU</c> the sender, then its clock as ids
/// and counters (its own entry counts this update), a bar, then keys and values. <c>%</c>, <c>:</c> and <c>|</c> in keys and values are
/// written <c>%25</c>, <c>%3A</c> and <c>%7C</c>.
/// </summary>
public static class OriginalText
{
    private const string Prefix = "SU";

    /// <summary>The update in the notation; <c>null</c> if it does more than set keys to text, for which there is none.</summary>
    public static string? Format(Update update)
    {
        ArgumentNullException.ThrowIfNull(update);
        var text = new StringBuilder(Prefix);
        text.Append(update.Origin);
        foreach (var (replica, counter) in update.Clock)
        {
            text.Append(CultureInfo.InvariantCulture, $":{replica}:{counter}");
        }

        var separator = '|';
        foreach (var operation in update.Operations)
        {
            if (operation is not SetOperation set || !TryGetText(set.Value.Span, out var value))
            {
                return null;
            }

            AppendEscaped(text.Append(separator), set.Key);
            AppendEscaped(text.Append(':'), value);
            separator = ':';
        }

        return text.ToString();
    }

    /// <summary>Reads the notation.</summary>
    /// <param name="clock">The clock of the text; entries of 0 are dropped.</param>
    /// <param name="error">What is wrong, as a sentence, when the answer is false.</param>
    public static bool TryParse(
        string text,
        out ReplicaId sender,
        out VectorClock clock,
        out ImmutableArray<(string Key, string Value)> pairs,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        sender = default;
        clock = VectorClock.Empty;
        pairs = [];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            error = "An update starts with SU.";
            return false;
        }

        var bar = text.IndexOf('|', StringComparison.Ordinal);
        if (bar < 0)
        {
            error = "A bar (|) must stand between the clock and the keys.";
            return false;
        }

        error = ParseClock(text.AsSpan(Prefix.Length, bar - Prefix.Length), out sender, out clock) ?? ParsePairs(text.AsSpan(bar + 1), out pairs);
        return error is null;
    }

    /// <summary>
    /// The update that a parsed text stands for. Its timestamp is the sum of the clock's counters: it derives from the text alone, so
    /// that whoever delivers the text makes the same update of it, and it grows along causality.
    /// </summary>
    public static Update ToUpdate(ReplicaId sender, VectorClock clock, ImmutableArray<(string Key, string Value)> pairs)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var counter = clock[sender];
        ArgumentOutOfRangeException.ThrowIfLessThan(counter, 1, nameof(clock));
        var sum = 0L;
        foreach (var (_, one) in clock)
        {
            sum = one > long.MaxValue - sum ? long.MaxValue : sum + one;
        }

        return new Update(
            new Dot(sender, counter),
            clock.With(sender, counter - 1),
            new HybridTimestamp(sum),
            [.. pairs.Select(pair => new SetOperation(pair.Key, WireWriter.StrictUtf8.GetBytes(pair.Value), "text/plain; charset=utf-8"))]);
    }

    private static string? ParseClock(ReadOnlySpan<char> text, out ReplicaId sender, out VectorClock clock)
    {
        sender = default;
        clock = VectorClock.Empty;
        var entries = new List<Dot>();
        var seen = new HashSet<int>();
        var id = 0;
        var position = 0;
        foreach (var range in text.Split(':'))
        {
            var part = text[range];
            if (position == 0 || position % 2 == 1)
            {
                if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out id) || id < 1)
                {
                    return position == 0
                        ? $"The sender, \"{Shorten(part)}\", is not the id of a replica; it follows SU without a blank."
                        : $"\"{Shorten(part)}\" in the clock is not the id of a replica.";
                }

                if (position == 0)
                {
                    sender = new ReplicaId(id);
                }
                else if (!seen.Add(id))
                {
                    return $"The clock has two entries for replica {id}.";
                }
            }
            else if (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var counter))
            {
                return $"\"{Shorten(part)}\" in the clock is not a counter.";
            }
            else
            {
                entries.Add(new Dot(id, counter));
            }

            if (++position > 2 * WireLimits.ClockEntriesMax)
            {
                return $"The clock has more than {WireLimits.ClockEntriesMax} entries.";
            }
        }

        if (position % 2 == 0)
        {
            return $"The clock ends with the id {id} without a counter.";
        }

        clock = VectorClock.From(entries);
        return clock[sender] > 0 ? null : $"The clock has no entry for the sender, {sender}; it counts this update, so it is at least 1.";
    }

    private static string? ParsePairs(ReadOnlySpan<char> text, out ImmutableArray<(string Key, string Value)> pairs)
    {
        pairs = [];
        var found = ImmutableArray.CreateBuilder<(string Key, string Value)>();
        string? key = null;
        foreach (var range in text.Split(':'))
        {
            if (Unescape(text[range], out var part) is { } error)
            {
                return error;
            }

            if (key is not null)
            {
                found.Add((key, part));
                key = null;
                continue;
            }

            if (part.Length == 0 || WireWriter.StrictUtf8.GetByteCount(part) > WireLimits.KeyBytesMax)
            {
                return $"A key has 1 to {WireLimits.KeyBytesMax} bytes of UTF-8.";
            }

            key = part;
            if (found.Count == WireLimits.OperationsMax)
            {
                return $"There are more than {WireLimits.OperationsMax} keys.";
            }
        }

        if (key is not null)
        {
            return $"The key \"{Shorten(key)}\" has no value.";
        }

        pairs = found.ToImmutable();
        return null;
    }

    private static string? Unescape(ReadOnlySpan<char> text, out string result)
    {
        result = "";
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '|')
            {
                return "There is a second bar (|); in keys and values it is written %7C.";
            }

            if (text[i] != '%')
            {
                plain.Append(text[i]);
                continue;
            }

            var code = text.Slice(i, Math.Min(3, text.Length - i));
            var symbol = code switch
            {
                "%25" => '%',
                "%3A" or "%3a" => ':',
                "%7C" or "%7c" => '|',
                _ => '\0',
            };
            if (symbol == '\0')
            {
                return $"\"{code}\" is not an escape: only %25, %3A and %7C are, and a percent sign itself is written %25.";
            }

            plain.Append(symbol);
            i += 2;
        }

        result = plain.ToString();
        try
        {
            _ = WireWriter.StrictUtf8.GetByteCount(result);
            return null;
        }
        catch (EncoderFallbackException)
        {
            return "The text is not well-formed Unicode.";
        }
    }

    private static void AppendEscaped(StringBuilder target, string text)
    {
        foreach (var symbol in text)
        {
            _ = symbol switch
            {
                '%' => target.Append("%25"),
                ':' => target.Append("%3A"),
                '|' => target.Append("%7C"),
                _ => target.Append(symbol),
            };
        }
    }

    private static bool TryGetText(ReadOnlySpan<byte> value, out string text)
    {
        try
        {
            text = WireWriter.StrictUtf8.GetString(value);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }

    private static string Shorten(ReadOnlySpan<char> text) => text.Length <= 40 ? text.ToString() : $"{text[..40]}…";
}
