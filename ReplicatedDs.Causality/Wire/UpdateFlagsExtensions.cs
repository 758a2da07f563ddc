namespace ReplicatedDs.Causality.Wire;

internal static class UpdateFlagsExtensions
{
    /// <summary>As <see cref="Enum.HasFlag"/>, which boxes both sides until the compiler has optimized its caller.</summary>
    public static bool Has(this UpdateFlags flags, UpdateFlags flag) => (flags & flag) == flag;
}
