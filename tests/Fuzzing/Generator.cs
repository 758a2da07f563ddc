namespace ReplicatedDs.Fuzzing;

/// <summary>Makes inputs: input n of a target is the same in every run.</summary>
internal static class Generator
{
    private const int RandomLengthMax = 96;
    private const int ChangesMax = 5;

    /// <value>What lengths and counts like to go wrong at.</value>
    private static readonly byte[][] Numbers =
    [
        [0], [1], [0x7f], [0x80], [0xff], [0x80, 0x80, 0x80, 0x80, 0x10], [0xff, 0xff, 0xff, 0xff, 0x07], [0xff, 0xff, 0xff, 0xff, 0x0f],
        [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        [0x80, 0x00], [0, 0, 0, 0], [0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff], [0x0f, 0xff, 0xff, 0xff], .. Texts("2147483648", "4294967296", "9223372036854775808", "-1", "1e9", "\ud7ff"),
    ];

    public static byte[] Input(FuzzTarget target, long number)
    {
        var random = new Random(HashCode(number));
        if (random.Next(5) == 0)
        {
            var bytes = new byte[random.Next(RandomLengthMax)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && target.First is { } first && random.Next(8) > 0)
            {
                bytes[0] = first;
            }

            return bytes;
        }

        List<byte> damaged = [.. Any(target.Sound, random)];
        for (var change = random.Next(1, ChangesMax); change > 0; change--)
        {
            Damage(damaged, target.Sound, random);
        }

        return [.. damaged];
    }

    private static void Damage(List<byte> bytes, IReadOnlyList<byte[]> sound, Random random)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(Any(Numbers, random));
            return;
        }

        var at = random.Next(bytes.Count);
        var length = random.Next(1, Math.Min(bytes.Count - at, 32) + 1);
        switch (random.Next(11))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes[at] += (byte)(random.Next(2) == 0 ? 1 : 255);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 6:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 7:
                bytes.InsertRange(at, Any(Numbers, random));
                break;
            case 8:
                // A number of another size in place of what stood there.
                bytes.RemoveRange(at, Math.Min(length, 4));
                bytes.InsertRange(at, Any(Numbers, random));
                break;
            case 9:
                var other = Any(sound, random);
                if (other.Length > 0)
                {
                    var from = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, random.Next(1, Math.Min(other.Length - from, 64) + 1)).ToArray());
                }

                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(Any(sound, random).Skip(at));
                break;
        }
    }

    private static byte[] Any(IReadOnlyList<byte[]> some, Random random) => some[random.Next(some.Count)];

    private static IEnumerable<byte[]> Texts(params string[] texts) => texts.Select(System.Text.Encoding.UTF8.GetBytes);

    /// <summary>The same in every process, unlike that of the runtime.</summary>
    private static int HashCode(long number) => unchecked((int)((ulong)number * 0x9E3779B97F4A7C15UL >> 32));
}
