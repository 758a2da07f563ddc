using System.Buffers;
using FsCheck.Fluent;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Replication;
using ReplicatedDs.Causality.Tests.Wire;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Causality.Values;
using ReplicatedDs.Causality.Wire;
using ReplicatedDs.Fuzzing;
using Xunit.Abstractions;

namespace ReplicatedDs.Causality.Tests.Fuzzing;

/// <summary>Every decoder of bytes. What one accepts can be written and read again.</summary>
public sealed class WireFuzzTests(ITestOutputHelper output)
{
    private const int Sounds = 60;

    [Fact]
    public Task Envelopes() => RunAsync(new FuzzTarget(
        [.. Batches().Select(Envelope)],
        bytes =>
        {
            // A batch that cannot be read is told to the core as such; it does not travel.
            var envelope = EnvelopeCodec.Read(bytes);
            return envelope.Messages.Any(message => message is UnreadableBatch) || SameAgain(envelope, Write, some => EnvelopeCodec.Read(some));
        }));

    [Fact]
    public Task UpdateBatches() => RunAsync(new FuzzTarget(
        [.. Batches().Select(Write), Write([.. Samples.EveryKind()])],
        bytes => SameAgain(UpdateCodec.ReadBatch(bytes).ToArray(), Write, some => UpdateCodec.ReadBatch(some).ToArray())));

    [Fact]
    public Task StateHeaders() => RunAsync(new FuzzTarget(
        [.. Enumerable.Range(0, 4).Select(keys => Written(target => StateCodec.WriteHeader(target, Samples.State(keys))))],
        bytes => StateCodec.ReadHeader(bytes, KeySpace.Empty) is not null)
    {
        First = 3,
    });

    [Fact]
    public Task Keys() => RunAsync(new FuzzTarget(
        [.. Samples.State(40).Keys.All.Select(one => Write(one.Value))],
        bytes => SameAgain(StateCodec.ReadKey(bytes), Write, some => StateCodec.ReadKey(some))));

    [Fact]
    public Task Snapshots() => RunAsync(new FuzzTarget(
        [Snapshot(0), Snapshot(1), Snapshot(7), Snapshot(20)],
        bytes => SnapshotCodec.ReadAsync(new MemoryStream(bytes), default).GetAwaiter().GetResult() is not null));

    private static List<Update[]> Batches() => [.. Samples.Batches().Sample(Sounds, new FsCheck.Rnd(17), 12).Where(batch => batch.Length > 0)];

    private static byte[] Envelope(Update[] updates)
    {
        var first = updates[0];
        var run = updates.TakeWhile((update, i) => update.Dot.Replica == first.Dot.Replica && update.Dot.Counter - i == first.Dot.Counter);
        return Write(new PeerEnvelope(
            Samples.ClusterId, new ReplicaId(1), Samples.Incarnation, new ReplicaId(300), 5, 77,
            [
                new Heartbeat(VectorClock.Of((1, 4), (2, 200)), Paused: true, Received: 7) { SentAtMs = 100 },
                new UpdateBatch(first.Dot.Replica, Samples.Incarnation, [.. run], IsRepair: true),
                new PullRequest(new ReplicaId(2), 18, 512),
                new RangeCut(new ReplicaId(2), 17),
                new Heartbeat(first.Dependencies, Paused: false, Received: 0, Stable: VectorClock.Of((1, 3))),
            ]));
    }

    private static bool SameAgain<T>(T value, Func<T, byte[]> write, Func<byte[], T> read)
    {
        var once = write(value);
        return write(read(once)).AsSpan().SequenceEqual(once) ? true : throw new InvalidOperationException($"What was read is written as {Convert.ToHexString(once)}, and read as something else.");
    }

    private static byte[] Write(PeerEnvelope envelope) => Written(target => EnvelopeCodec.Write(target, envelope));

    private static byte[] Write(Update[] updates) => Written(target => UpdateCodec.WriteBatch(target, updates));

    private static byte[] Write(KeyState state) => Written(target => StateCodec.WriteKey(target, state));

    private static byte[] Snapshot(int keys)
    {
        var stream = new MemoryStream();
        SnapshotCodec.WriteAsync(stream, Samples.State(keys), default).GetAwaiter().GetResult();
        return stream.ToArray();
    }

    private static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private async Task RunAsync(FuzzTarget target) =>
        output.WriteLine(await Fuzz.RunAsync(target with { IsRefusal = exception => exception is WireFormatException, First = target.First ?? 1 }));
}
