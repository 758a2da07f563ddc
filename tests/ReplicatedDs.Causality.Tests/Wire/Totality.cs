using ReplicatedDs.Causality.Wire;

namespace ReplicatedDs.Causality.Tests.Wire;

/// <summary>Asserts that a decoder gives a value or a <see cref="WireFormatException"/>, whatever it is fed.</summary>
internal static class Totality
{
    public static void Check(byte[] sound, Action<byte[]> read)
    {
        read(sound);
        for (var length = 0; length < sound.Length; length++)
        {
            var cut = Assert.Throws<WireFormatException>(() => read(sound[..length]));
            Assert.EndsWith(".", cut.Message, StringComparison.Ordinal);
        }

        Assert.Throws<WireFormatException>(() => read([.. sound, 0]));
        CheckDamaged(sound, read);
    }

    /// <summary>As <see cref="Check"/>, for a decoder that may make something of bytes that are cut.</summary>
    public static void CheckDamaged(byte[] sound, Action<byte[]> read)
    {
        var random = new Random(17);
        for (var run = 0; run < 20_000; run++)
        {
            var bytes = (byte[])sound.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            Try(read, bytes);
        }

        for (var run = 0; run < 20_000; run++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
            {
                // The version byte alone would turn nearly all of them away.
                bytes[0] = sound[0];
            }

            Try(read, bytes);
        }
    }

    private static void Try(Action<byte[]> read, byte[] bytes)
    {
        try
        {
            read(bytes);
        }
        catch (WireFormatException)
        {
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Fed {Convert.ToHexString(bytes)}.", exception);
        }
    }
}
