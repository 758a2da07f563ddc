using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace ReplicatedDs.PrivateNetworks;

/// <summary>
/// A TUN device whose packets come out of it again after a while: the length of a line. Kernels without netem have no other. Packets of two hosts stay in
/// order; what does not fit into the queue is lost, as at any router.
/// </summary>
internal sealed partial class DelayRelay : IDisposable
{
    private const long QueuedBytesMax = 64L << 20;
    private const int PacketMax = 64 << 10;

    private readonly Lock _lock = new();
    private readonly AutoResetEvent _sooner = new(false);
    private readonly PriorityQueue<(byte[] Packet, int Length), (long DueAt, long Number)> _queue = new();
    private readonly Dictionary<(uint From, uint To), Line> _lines = [];
    private readonly Random _random = new(1);
    private readonly int _device;
    private long _queuedBytes;
    private long _number;
    private volatile bool _isOver;

    /// <param name="name">Of the device, which is made in this process's network namespace.</param>
    public DelayRelay(string name)
    {
        const int ReadWrite = 2;
        const ulong SetInterface = 0x400454ca;
        const short TunWithoutHeader = 0x1001;
        _device = Checked(Open("/dev/net/tun", ReadWrite), "open /dev/net/tun");
        var request = new byte[40];
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request.AsSpan(16), TunWithoutHeader);
        Checked(Control(_device, SetInterface, request), "make a TUN device");
        new Thread(Take) { IsBackground = true, Name = "relay in" }.Start();
        new Thread(Give) { IsBackground = true, Name = "relay out" }.Start();
    }

    /// <value>Packets that did not fit.</value>
    public long Overflows { get; private set; }

    /// <summary>What is sent from now on takes that long; what is under way arrives as it would have.</summary>
    public void Set(IPAddress from, IPAddress to, TimeSpan delay, TimeSpan jitter = default)
    {
        lock (_lock)
        {
            var line = LineOf((Number(from.GetAddressBytes()), Number(to.GetAddressBytes())));
            (line.Delay, line.Jitter) = ((long)(delay.TotalSeconds * Stopwatch.Frequency), (int)(jitter.TotalSeconds * Stopwatch.Frequency));
        }
    }

    public void Dispose()
    {
        // The device goes with the process: a thread may be waiting in a read of it.
        _isOver = true;
        _sooner.Set();
    }

    private static uint Number(ReadOnlySpan<byte> address) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address);

    private Line LineOf((uint From, uint To) ends)
    {
        if (!_lines.TryGetValue(ends, out var line))
        {
            _lines.Add(ends, line = new Line());
        }

        return line;
    }

    private void Take()
    {
        var packet = ArrayPool<byte>.Shared.Rent(PacketMax);
        while (!_isOver)
        {
            var length = (int)Read(_device, packet, PacketMax);
            if (length < 20 || packet[0] >> 4 != 4)
            {
                continue;
            }

            lock (_lock)
            {
                var line = LineOf((Number(packet.AsSpan(12, 4)), Number(packet.AsSpan(16, 4))));
                var now = Stopwatch.GetTimestamp();
                var due = Math.Max(line.LastDueAt, now + line.Delay + (line.Jitter > 0 ? _random.Next(line.Jitter) : 0));
                if (due > now)
                {
                    if (_queuedBytes + length > QueuedBytesMax)
                    {
                        Overflows++;
                        continue;
                    }

                    line.LastDueAt = due;
                    var kept = ArrayPool<byte>.Shared.Rent(length);
                    packet.AsSpan(0, length).CopyTo(kept);
                    var isFirst = !_queue.TryPeek(out _, out var first) || due < first.DueAt;
                    _queue.Enqueue((kept, length), (due, _number++));
                    _queuedBytes += length;
                    if (isFirst)
                    {
                        _sooner.Set();
                    }

                    continue;
                }
            }

            Write(_device, packet, length);
        }
    }

    private void Give()
    {
        while (!_isOver)
        {
            long wait;
            (byte[] Packet, int Length) next = default;
            lock (_lock)
            {
                wait = _queue.TryPeek(out _, out var first) ? first.DueAt - Stopwatch.GetTimestamp() : long.MaxValue;
                if (wait <= 0)
                {
                    next = _queue.Dequeue();
                    _queuedBytes -= next.Length;
                }
            }

            if (next.Packet is null)
            {
                _sooner.WaitOne(wait == long.MaxValue ? Timeout.Infinite : (int)Math.Min(1000, (wait * 1000 / Stopwatch.Frequency) + 1));
                continue;
            }

            Write(_device, next.Packet, next.Length);
            ArrayPool<byte>.Shared.Return(next.Packet);
        }
    }

    private static int Checked(int result, string what) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Could not {what}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int device, ulong request, byte[] argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int device, byte[] buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int device, byte[] buffer, nint count);

    /// <summary>One direction between two hosts. Times are those of <see cref="Stopwatch"/>.</summary>
    private sealed class Line
    {
        public long Delay { get; set; }

        public int Jitter { get; set; }

        public long LastDueAt { get; set; }
    }
}
