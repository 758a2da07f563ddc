using System.Globalization;

namespace ReplicatedDs.Causality.Clocks;

/// <summary>
/// 128 random bits drawn once by the process that takes an id. Two processes under one id are told apart by it,
/// so an id that was handed out twice is noticed instead of mixing two streams of updates.
/// </summary>
public readonly record struct Incarnation(UInt128 Value)
{
    /// <summary>32 hexadecimal digits, lower case.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    public static bool TryParse(ReadOnlySpan<char> text, out Incarnation incarnation)
    {
        var ok = text.Length == 32 & UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value);
        incarnation = ok ? new Incarnation(value) : default;
        return ok;
    }
}
