using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ReplicatedDs.Simulation.World;

/// <summary>The ordered trace of a run: one line per thing that happens, hashed, and printed on demand.</summary>
internal sealed class TraceLog(bool isOn, TextWriter? echo) : IDisposable
{
    private readonly IncrementalHash? _hash = isOn ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private byte[] _buffer = new byte[1024];

    /// <summary>Whether lines are wanted: callers skip the work of making them otherwise.</summary>
    public bool IsOn => _hash is not null;

    public void Write(long now, string who, string what)
    {
        if (_hash is null)
        {
            return;
        }

        var line = string.Create(CultureInfo.InvariantCulture, $"{now,12} {who} {what}\n");
        var needed = Encoding.UTF8.GetMaxByteCount(line.Length);
        if (_buffer.Length < needed)
        {
            _buffer = new byte[needed * 2];
        }

        _hash.AppendData(_buffer, 0, Encoding.UTF8.GetBytes(line, _buffer));
        echo?.Write(line);
    }

    /// <summary>SHA-256 over all lines, in lower-case hexadecimal digits.</summary>
    public string Hash() => _hash is null ? "" : Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose() => _hash?.Dispose();
}
