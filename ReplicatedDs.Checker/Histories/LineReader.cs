namespace ReplicatedDs.Checker.Histories;

/// <summary>Cuts a stream into lines without ever holding more than one line of bounded length.</summary>
internal sealed class LineReader(Stream stream, int lineBytesMax)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _isOver;

    /// <summary>The number of the current line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>The current line is over the bound; there is no reading on.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The next line without its line feed, valid until the next call. A byte order mark at the beginning is left out.</summary>
    public bool Next(out ReadOnlyMemory<byte> line)
    {
        var searched = _start;
        while (true)
        {
            var feed = Array.IndexOf(_buffer, (byte)'\n', searched, _end - searched);
            if (feed >= 0 || (_isOver && _start < _end))
            {
                var end = feed >= 0 ? feed : _end;
                line = _buffer.AsMemory(_start..end);
                _start = feed >= 0 ? feed + 1 : _end;
                Number++;
                IsTooLong = line.Length > lineBytesMax;
                if (Number == 1 && line.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
                {
                    line = line[3..];
                }

                return true;
            }

            line = default;
            if (_isOver)
            {
                return false;
            }

            if (_end - _start > lineBytesMax)
            {
                Number++;
                IsTooLong = true;
                return true;
            }

            searched = Fill();
        }
    }

    /// <summary>Reads more; answers where the new bytes begin.</summary>
    private int Fill()
    {
        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _isOver = read == 0;
        _end += read;
        return _end - read;
    }
}
