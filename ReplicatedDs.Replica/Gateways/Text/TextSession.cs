using System.Net;
using System.Text;
using ReplicatedDs.Causality.Clocks;
using ReplicatedDs.Causality.Core;
using ReplicatedDs.Causality.Updates;
using ReplicatedDs.Replica.Http;
using ReplicatedDs.Replica.Http.Kv;
using ReplicatedDs.Replica.Http.Problems;
using ReplicatedDs.Replica.Runtime;
using ReplicatedDs.Replica.Security;
using ReplicatedDs.Replica.Telemetry;

namespace ReplicatedDs.Replica.Gateways.Text;

/// <summary>
/// What one text connection says, frame by frame: the original system's client messages. One connection is one causal session. Not
/// thread-safe: a connection's frames are carried out one after the other.
/// </summary>
internal sealed class TextSession(IReplicaNode node, KeyWriter writer, KeyLeases leases, KvReads reads, KvFind find, ApiOptions options, KeyGuard keys, IPAddress? source) : IDisposable
{
    private const int HalvesMax = 16;

    private static readonly TimeSpan CoverTimeout = TimeSpan.FromSeconds(5);

    // Keys whose second half (C key:value) is awaited. A half that ran out stays, so that a late one is told from another command.
    private readonly Dictionary<string, KeyLease> _halves = new(StringComparer.Ordinal);

    private VectorClock _seen = VectorClock.Empty;
    private AccessRole _role = keys.Anybody;

    /// <summary>Whether it has to show a key before it may do anything.</summary>
    public bool IsStranger => _role == AccessRole.None;

    /// <summary>Whether the client asked for the end.</summary>
    public bool HasQuit { get; private set; }

    /// <summary>Carries out one frame; gives the reply frame, if there is one.</summary>
    /// <exception cref="TextGatewayException">The connection has to be closed.</exception>
    public async ValueTask<byte[]?> TakeAsync(string frame, CancellationToken cancellationToken)
    {
        // Keys never hold a colon, so what is before the first one tells whether this is an awaited second half. It comes first: the
        // half for key Wx starts like a command.
        var colon = frame.IndexOf(':', StringComparison.Ordinal);
        if (colon > 1 && frame[0] == 'C' && _halves.Remove(frame[1..colon], out var lease))
        {
            await FinishAsync(lease, frame[(colon + 1)..]).ConfigureAwait(false);
            return null;
        }

        var verb = frame.Length < 2 ? frame : frame[..2];
        RequireRole(verb);
        switch (verb)
        {
            case "CA":
                Show(frame.AsSpan(2));
                return null;
            case "CW":
                if (colon < 0)
                {
                    throw new TextGatewayException("a CW frame has no colon between key and value");
                }

                await WriteAsync(Key(frame[2..colon]), frame[(colon + 1)..], cancellationToken).ConfigureAwait(false);
                return null;
            case "CR":
                return await ReadAsync("S", Key(frame[2..]), cancellationToken).ConfigureAwait(false);
            case "CU":
                return await BeginAsync("S", Key(frame[2..]), cancellationToken).ConfigureAwait(false);
            case "CM":
                return await BeginAsync("SV", Key(frame[2..]), cancellationToken).ConfigureAwait(false);
            case "SF":
                return await FindAsync(Key(frame[2..]), cancellationToken).ConfigureAwait(false);
            case "CQ" when frame.Length == 2:
                HasQuit = true;
                return null;
            default:
                throw new TextGatewayException(
                    $"the command {Shown(verb)} is not one of CA, CW, CR, CU, CM, CQ, SF, and no second half of a CU or CM is awaited under that name");
        }
    }

    public void Dispose()
    {
        foreach (var lease in _halves.Values)
        {
            lease.Dispose();
        }

        _halves.Clear();
    }

    private void RequireRole(string verb)
    {
        var needed = verb switch
        {
            "CW" or "CU" or "CM" => AccessRole.Write,
            "CR" or "SF" => AccessRole.Read,
            _ => AccessRole.None,
        };
        if (_role < needed)
        {
            throw new TextGatewayException(_role == AccessRole.None
                ? "this replica has keys, and the connection has shown none: its first frame has to be CA with a key behind it"
                : $"the key of this connection does not allow {verb}");
        }
    }

    private void Show(ReadOnlySpan<char> key)
    {
        try
        {
            _role = keys.RoleOf(source, key);
        }
        catch (TooManyWrongKeysException exception)
        {
            throw new TextGatewayException(exception.Message);
        }

        if (IsStranger)
        {
            throw new TextGatewayException("a CA frame holds a key that is none of this replica's");
        }
    }

    private static string Key(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            throw new TextGatewayException("a key holds a colon, which separates key and value here");
        }

        try
        {
            return RawKey.Check(Encoding.UTF8.GetBytes(text));
        }
        catch (ProblemException problem)
        {
            throw new TextGatewayException(problem.Message);
        }
    }

    private static string Shown(string verb) => verb.All(char.IsAsciiLetterOrDigit) ? $"'{verb}'" : "of a frame";

    private async ValueTask<byte[]> ReadAsync(string prefix, string key, CancellationToken cancellationToken)
    {
        var root = await RootAsync(cancellationToken).ConfigureAwait(false);
        var state = root.Keys.Find(key);
        reads.RecordRead(key, state?.Winner.Dot);
        state = state is null ? null : await node.WithValuesAsync(key, state, cancellationToken).ConfigureAwait(false);
        return TextFrames.Write($"{prefix}{key}:", state is null ? default : state.ToBytes().Span);
    }

    /// <summary>The first half of a read-modify-write: from this read to the second half the key is ours.</summary>
    private async ValueTask<byte[]> BeginAsync(string prefix, string key, CancellationToken cancellationToken)
    {
        if (_halves.Remove(key, out var earlier))
        {
            earlier.Dispose();
        }

        if (_halves.Count >= HalvesMax)
        {
            throw new TextGatewayException($"more than {HalvesMax} second halves are owed");
        }

        var lease = await leases.LeaseAsync(key, cancellationToken).ConfigureAwait(false);
        _halves.Add(key, lease);

        // Every writer before us has let go of the key, which it does only when its write is in the root.
        return await ReadAsync(prefix, key, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask FinishAsync(KeyLease lease, string value)
    {
        using (lease)
        {
            if (!lease.TryBeginWrite())
            {
                throw new TextGatewayException(
                    $"the second half of a CU or CM came later than {KeyLeases.HoldMax.TotalSeconds} s after the first; it was dropped");
            }

            await SubmitAsync(lease.Key, value, (operation, trace) => writer.WriteAsync(lease, operation, trace)).ConfigureAwait(false);
        }
    }

    private async ValueTask WriteAsync(string key, string value, CancellationToken cancellationToken)
    {
        // A connection does not wait for the key that it holds itself.
        if (_halves.TryGetValue(key, out var lease) && lease.IsHeld)
        {
            await SubmitAsync(key, value, (operation, trace) => writer.WriteAsync(lease, operation, trace)).ConfigureAwait(false);
            return;
        }

        await SubmitAsync(key, value, (operation, trace) => writer.WriteAsync(operation, [], trace, cancellationToken)).ConfigureAwait(false);
    }

    private async ValueTask SubmitAsync(string key, string value, Func<KeyOperation, TraceContext?, Task<RequestResult>> write)
    {
        RequireServing();
        var bytes = Encoding.UTF8.GetBytes(value);
        if (bytes.Length > options.ValueBytesMax)
        {
            throw new TextGatewayException($"a value has {bytes.Length} bytes; at most {options.ValueBytesMax} are taken");
        }

        using var activity = Traces.Source.StartActivity("text write", System.Diagnostics.ActivityKind.Server);
        var result = await write(new SetOperation(key, bytes, null), Traces.Current()).ConfigureAwait(false);
        _seen = result switch
        {
            Written written => _seen.Merge(written.Clock),
            Refused refused => throw new TextGatewayException($"a write was refused: {refused.Detail}"),
            _ => throw new InvalidOperationException($"A write was answered with {result}."),
        };
    }

    private async ValueTask<byte[]> FindAsync(string key, CancellationToken cancellationToken)
    {
        var root = await RootAsync(cancellationToken).ConfigureAwait(false);
        var replicas = await find.EverywhereAsync(RequireServing(), root, key, cancellationToken).ConfigureAwait(false);
        var lines = replicas.Select(one => $"S{one.Replica}:{one.State}:{one.Dot}:{one.Digest}");
        return TextFrames.Write(string.Join('\n', lines), default);
    }

    /// <summary>A root with everything that this connection has seen; at one replica that is every root.</summary>
    private async ValueTask<ReplicaState> RootAsync(CancellationToken cancellationToken)
    {
        RequireServing();
        var root = await node.WaitUntilCoveredAsync(_seen, CoverTimeout, cancellationToken).ConfigureAwait(false)
            ?? throw new TextGatewayException("the replica no longer covers what this connection has seen");
        _seen = _seen.Merge(root.Delivered);
        return root;
    }

    private ReplicaId RequireServing()
    {
        try
        {
            return node.RequireServing().Id;
        }
        catch (ProblemException problem)
        {
            throw new TextGatewayException(problem.Message);
        }
    }
}
