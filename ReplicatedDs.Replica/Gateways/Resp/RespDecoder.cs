using System.Buffers;
using System.Buffers.Text;

namespace ReplicatedDs.Replica.Gateways.Resp;

/// <summary>
/// Takes commands off a connection's bytes, wherever those are cut: arrays of bulk strings, or lines as people type them. What was read is
/// never read again, and nothing is allocated for a length that is only claimed. Not thread-safe: one per connection.
/// </summary>
internal sealed class RespDecoder
{
    /// <summary>Words of a command at most.</summary>
    public const int WordsMax = 65_536;

    /// <summary>Bytes of a command at most, all its words together.</summary>
    public const int CommandBytesMax = 8 << 20;

    /// <summary>Bytes of an inline command at most.</summary>
    public const int InlineBytesMax = 64 << 10;

    // A sign, 19 digits, the type and the end of the line.
    private const int HeadBytesMax = 32;

    /// <summary>Words of a command that are read in one go if it lies in the buffer in one piece.</summary>
    private const int WholeWordsMax = 16;

    private readonly List<byte[]> _words = [];
    private byte[] _lastName = [];
    private int _expected;
    private int _length = -1;
    private int _total;
    private RespProtocolException? _broken;

    /// <summary>Whether a command has begun that is not complete.</summary>
    public bool IsInside => _expected > 0;

    /// <summary>Takes as many commands off the front as are there, up to <paramref name="max"/>.</summary>
    /// <param name="commands">Receives them; what it held is gone, so that nothing is kept of what was said once there are none.</param>
    /// <returns>Whether there are any.</returns>
    /// <exception cref="RespProtocolException">The first of them cannot become one. If a later one cannot, the next call says so.</exception>
    public bool Read(ref ReadOnlySequence<byte> buffer, List<byte[][]> commands, int max)
    {
        commands.Clear();
        if (_broken is { } broken)
        {
            throw broken;
        }

        try
        {
            while (commands.Count < max && Read(ref buffer) is { } command)
            {
                commands.Add(command);
            }
        }
        catch (RespProtocolException exception) when (commands.Count > 0)
        {
            _broken = exception;
        }

        return commands.Count > 0;
    }

    /// <summary>Takes one command off the front; <c>null</c> if there is none yet, with <paramref name="buffer"/> at what is still needed.</summary>
    /// <exception cref="RespProtocolException">It cannot become one.</exception>
    public byte[][]? Read(ref ReadOnlySequence<byte> buffer)
    {
        while (true)
        {
            if (_expected == 0)
            {
                if (buffer.IsEmpty)
                {
                    return null;
                }

                if (TryReadWhole(buffer.FirstSpan, out var whole) is > 0 and var used)
                {
                    buffer = buffer.Slice(used);
                    return whole;
                }

                if (buffer.FirstSpan[0] != (byte)'*')
                {
                    if (!TryReadInline(ref buffer, out var words))
                    {
                        return null;
                    }

                    if (words.Length > 0)
                    {
                        return words;
                    }

                    continue;
                }

                if (!TryReadHead(ref buffer, "multibulk", out var count))
                {
                    return null;
                }

                if (count > WordsMax)
                {
                    throw new RespProtocolException("Protocol error: invalid multibulk length");
                }

                _expected = (int)Math.Max(0, count); // Redis passes over *0 and *-1
                continue;
            }

            if (!TryReadWord(ref buffer))
            {
                return null;
            }

            if (_words.Count == _expected)
            {
                byte[][] command = [.. _words];
                _words.Clear();
                (_expected, _total) = (0, 0);
                return command;
            }
        }
    }

    /// <summary>The usual case without detours: a small command in one piece. Everything else, and every error, is for the long way.</summary>
    /// <returns>The bytes that it takes; 0 if it is not such a one.</returns>
    private int TryReadWhole(ReadOnlySpan<byte> bytes, out byte[][] command)
    {
        command = [];
        if (TryReadHead(bytes, (byte)'*', WholeWordsMax, out var count) is not (> 0 and var at) || count == 0)
        {
            return 0;
        }

        Span<Range> words = stackalloc Range[WholeWordsMax];
        for (var i = 0; i < count; i++)
        {
            var head = TryReadHead(bytes[at..], (byte)'$', CommandBytesMax / WholeWordsMax, out var length);
            var end = at + head + length;
            if (head == 0 || bytes.Length < end + 2 || bytes[end] != '\r' || bytes[end + 1] != '\n')
            {
                return 0;
            }

            words[i] = (at + head)..end;
            at = end + 2;
        }

        command = new byte[count][];
        if (!bytes[words[0]].SequenceEqual(_lastName))
        {
            _lastName = bytes[words[0]].ToArray(); // a client says the same again and again
        }

        command[0] = _lastName;
        for (var i = 1; i < count; i++)
        {
            command[i] = bytes[words[i]].ToArray();
        }

        return at;
    }

    /// <returns>The bytes that it takes; 0 if it is not there, has a sign, or is more than <paramref name="max"/>.</returns>
    private static int TryReadHead(ReadOnlySpan<byte> bytes, byte type, int max, out int number)
    {
        number = 0;
        if (bytes.IsEmpty || bytes[0] != type)
        {
            return 0;
        }

        for (var i = 1; i < bytes.Length - 1; i++)
        {
            var digit = bytes[i] - '0';
            if ((uint)digit > 9)
            {
                return i > 1 && bytes[i] == '\r' && bytes[i + 1] == '\n' ? i + 2 : 0;
            }

            number = (number * 10) + digit;
            if (number > max)
            {
                return 0;
            }
        }

        return 0;
    }

    private bool TryReadWord(ref ReadOnlySequence<byte> buffer)
    {
        if (_length < 0)
        {
            if (buffer.IsEmpty)
            {
                return false;
            }

            if (buffer.FirstSpan[0] is not (byte)'$' and var other)
            {
                throw new RespProtocolException($"Protocol error: expected '$', got '{Shown(other)}'");
            }

            if (!TryReadHead(ref buffer, "bulk", out var length))
            {
                return false;
            }

            if (length is < 0 or > CommandBytesMax || _total + length > CommandBytesMax)
            {
                throw new RespProtocolException("Protocol error: invalid bulk length");
            }

            _length = (int)length;
            _total += _length;
        }

        if (buffer.Length < _length + 2)
        {
            return false;
        }

        Span<byte> end = stackalloc byte[2];
        buffer.Slice(_length, 2).CopyTo(end);
        if (!end.SequenceEqual("\r\n"u8))
        {
            throw new RespProtocolException("Protocol error: a bulk string is longer than it claims");
        }

        _words.Add(buffer.Slice(0, _length).ToArray());
        buffer = buffer.Slice(_length + 2);
        _length = -1;
        return true;
    }

    /// <summary>A line of a type's letter and a number.</summary>
    private static bool TryReadHead(ref ReadOnlySequence<byte> buffer, string what, out long number)
    {
        number = 0;
        var head = buffer.Slice(0, Math.Min(buffer.Length, HeadBytesMax));
        if (head.PositionOf((byte)'\n') is not { } end)
        {
            return head.Length < HeadBytesMax ? false : throw new RespProtocolException($"Protocol error: invalid {what} length");
        }

        Span<byte> line = stackalloc byte[HeadBytesMax];
        var taken = head.Slice(0, end);
        taken.CopyTo(line);
        line = line[..(int)taken.Length];
        if (line is not [_, .. var digits, (byte)'\r'] || !Utf8Parser.TryParse(digits, out number, out var used) || used != digits.Length)
        {
            throw new RespProtocolException($"Protocol error: invalid {what} length");
        }

        buffer = buffer.Slice(taken.Length + 1);
        return true;
    }

    private static bool TryReadInline(ref ReadOnlySequence<byte> buffer, out byte[][] words)
    {
        words = [];
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            return buffer.Length <= InlineBytesMax ? false : throw new RespProtocolException("Protocol error: too big inline request");
        }

        var line = buffer.Slice(0, end);
        if (line.Length > InlineBytesMax)
        {
            throw new RespProtocolException("Protocol error: too big inline request");
        }

        words = InlineCommand.Split(line.ToArray());
        buffer = buffer.Slice(line.Length + 1);
        return true;
    }

    private static string Shown(byte one) => one is >= 0x20 and < 0x7f ? ((char)one).ToString() : $"\\x{one:x2}";
}
