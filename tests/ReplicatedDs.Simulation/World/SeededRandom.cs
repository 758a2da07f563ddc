using System.Numerics;

namespace ReplicatedDs.Simulation.World;

/// <summary>
/// xoshiro256** seeded through SplitMix64: the same numbers on every runtime, which <see cref="Random"/> does not promise.
/// </summary>
internal sealed class SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <param name="seed">The seed of the run.</param>
    /// <param name="stream">Which of the run's independent streams: switching one fault off must not change the choices of the others.</param>
    public SeededRandom(ulong seed, RandomStream stream)
    {
        var state = unchecked(seed + ((ulong)stream * 0xD1B54A32D192ED03));
        _a = SplitMix(ref state);
        _b = SplitMix(ref state);
        _c = SplitMix(ref state);
        _d = SplitMix(ref state);
    }

    public ulong NextUInt64()
    {
        unchecked
        {
            var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
            var shifted = _b << 17;
            _c ^= _a;
            _d ^= _b;
            _b ^= _c;
            _a ^= _d;
            _c ^= shifted;
            _d = BitOperations.RotateLeft(_d, 45);
            return result;
        }
    }

    /// <summary>0 to <paramref name="exclusive"/> - 1.</summary>
    public int Below(int exclusive)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusive, 1);
        return (int)(NextUInt64() % (ulong)exclusive);
    }

    /// <summary>Both ends included.</summary>
    public long Between(long low, long high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(high, low);
        return low + (long)(NextUInt64() % (ulong)(high - low + 1));
    }

    /// <summary>Between the two, every order of magnitude equally likely: mostly small, sometimes large.</summary>
    public long Skewed(long low, long high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(low, 1);
        var bits = BitOperations.Log2((ulong)(high / low)) + 1;
        return Math.Min(high, Between(low, low << Below(bits + 1)));
    }

    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    private static ulong SplitMix(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
