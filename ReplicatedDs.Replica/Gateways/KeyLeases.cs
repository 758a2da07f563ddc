using System.Runtime.InteropServices;

namespace ReplicatedDs.Replica.Gateways;

/// <summary>
/// Lets one client read a key and write it back without any other writer of this replica in between. Ordinary writers pass side by side
/// (the core orders them); a lease waits until those under way are through, and holds back the later ones until it is given back
/// or <see cref="HoldMax"/> is over. Fair: first come, first served. Safe from any thread.
/// </summary>
/// <remarks>
/// An asynchronous reader-writer lock per key, of which only keys in use exist. Where no lease is near, writers are only counted: they pay for two short locks,
/// which is little beside their append. Remote updates are not held back: a conflict with another replica's write is not for a lock to avoid.
/// </remarks>
public sealed class KeyLeases(TimeProvider time)
{
    /// <summary>For how long a lease is held at most.</summary>
    public static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(2);

    /// <summary>For how long anyone waits for a key at most.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    /// <summary>How many may wait for one key.</summary>
    public const int WaitersMax = 1024;

    // Keys fall to stripes by hash, so that writers of different keys seldom meet.
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, 64).Select(_ => new Stripe())];

    /// <summary>Waits until no lease is held on the key, and keeps leases off until the pass is disposed.</summary>
    /// <exception cref="KeyBusyException">It took longer than <see cref="WaitMax"/>, or more than <see cref="WaitersMax"/> wait.</exception>
    public ValueTask<KeyPass> EnterAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var stripe = StripeOf(key);
        Waiter waiter;
        lock (stripe.Gate)
        {
            var gate = stripe.GetOrAdd(key);
            if (gate.IsOpen)
            {
                gate.Passing++;
                return new ValueTask<KeyPass>(new KeyPass(this, key));
            }

            waiter = Enqueue(gate, isLease: false);
        }

        return PassAsync(stripe, key, waiter, cancellationToken);
    }

    /// <summary>
    /// As <see cref="EnterAsync"/> if nobody has to be waited for; <see cref="Leave"/> must follow then. In between the caller must wait for no other key: a lease on
    /// another may have to wait for it.
    /// </summary>
    /// <param name="isAtKey">Whether it is counted at its key, or only with all others of its stripe: for <see cref="Leave"/>.</param>
    internal bool TryEnter(string key, out bool isAtKey)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            isAtKey = !stripe.IsQuiet;
            if (!isAtKey)
            {
                stripe.Passing++;
                return true;
            }

            var gate = stripe.GetOrAdd(key);
            gate.Passing += gate.IsOpen ? 1 : 0;
            return gate.IsOpen;
        }
    }

    /// <summary>Waits until the key is free of writers and leases, and takes it.</summary>
    /// <exception cref="KeyBusyException">It took longer than <see cref="WaitMax"/>, or more than <see cref="WaitersMax"/> wait.</exception>
    public async ValueTask<KeyLease> LeaseAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var stripe = StripeOf(key);
        Waiter waiter;
        lock (stripe.Gate)
        {
            var gate = stripe.GetOrAdd(key);
            waiter = Enqueue(gate, isLease: true);
            Advance_NeedsLock(stripe, key, gate);
        }

        return (await WaitAsync(stripe, key, waiter, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>The number of keys in use, and of writers that are only counted; for tests.</summary>
    internal int Count => _stripes.Sum(stripe => stripe.Count);

    internal void Leave(string key, bool isAtKey)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            if (isAtKey)
            {
                var gate = stripe.GetOrAdd(key);
                gate.Passing--;
                Advance_NeedsLock(stripe, key, gate);
            }
            else if (--stripe.Passing == 0 && !stripe.IsQuiet)
            {
                foreach (var (waited, other) in stripe.Gates)
                {
                    Advance_NeedsLock(stripe, waited, other);
                }
            }
        }
    }

    internal bool IsIn(KeyLease lease, LeaseState state)
    {
        lock (StripeOf(lease.Key).Gate)
        {
            return lease.State == state;
        }
    }

    /// <summary>Moves a lease on, unless it is over already.</summary>
    internal bool TryChange(KeyLease lease, LeaseState from, LeaseState to)
    {
        var stripe = StripeOf(lease.Key);
        lock (stripe.Gate)
        {
            if (lease.State != from)
            {
                return false;
            }

            lease.State = to;
            if (to == LeaseState.Over)
            {
                var gate = stripe.GetOrAdd(lease.Key);
                gate.Lease = null;
                Advance_NeedsLock(stripe, lease.Key, gate);
            }

            return true;
        }
    }

    private static Waiter Enqueue(KeyGate gate, bool isLease)
    {
        if (gate.Waiters.Count >= WaitersMax)
        {
            throw new KeyBusyException($"{WaitersMax} writers wait for this key already; try again shortly.");
        }

        var waiter = new Waiter(isLease);
        waiter.Node = gate.Waiters.AddLast(waiter);
        return waiter;
    }

    private async ValueTask<KeyPass> PassAsync(Stripe stripe, string key, Waiter waiter, CancellationToken cancellationToken)
    {
        await WaitAsync(stripe, key, waiter, cancellationToken).ConfigureAwait(false);
        return new KeyPass(this, key);
    }

    private async Task<KeyLease?> WaitAsync(Stripe stripe, string key, Waiter waiter, CancellationToken cancellationToken)
    {
        if (waiter.Granted.Task.IsCompleted)
        {
            return await waiter.Granted.Task.ConfigureAwait(false);
        }

        using var timeout = new CancellationTokenSource(WaitMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var registration = either.Token.UnsafeRegister(_ => GiveUp(stripe, key, waiter), null);
        try
        {
            return await waiter.Granted.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KeyBusyException($"The key was in others' hands for {WaitMax.TotalSeconds} s; try again shortly.");
        }
    }

    private void GiveUp(Stripe stripe, string key, Waiter waiter)
    {
        lock (stripe.Gate)
        {
            // Granted in the meantime: then the waiter has it, and gives it back.
            if (waiter.Node is not { } node)
            {
                return;
            }

            var gate = stripe.GetOrAdd(key);
            gate.Waiters.Remove(node);
            waiter.Node = null;
            waiter.Granted.SetCanceled();
            Advance_NeedsLock(stripe, key, gate);
        }
    }

    private void Advance_NeedsLock(Stripe stripe, string key, KeyGate gate)
    {
        while (gate.Lease is null && gate.Waiters.First is { } first && !(first.Value.IsLease && gate.Passing + stripe.Passing > 0))
        {
            gate.Waiters.RemoveFirst();
            first.Value.Node = null;
            if (first.Value.IsLease)
            {
                gate.Lease = new KeyLease(this, key, time);
            }
            else
            {
                gate.Passing++;
            }

            first.Value.Granted.SetResult(gate.Lease);
        }

        if (gate is { Lease: null, Passing: 0, Waiters.Count: 0 })
        {
            stripe.Remove(key);
        }
    }

    private Stripe StripeOf(string key) => _stripes[(uint)key.GetHashCode(StringComparison.Ordinal) % (uint)_stripes.Length];

    private sealed class Waiter(bool isLease)
    {
        public bool IsLease { get; } = isLease;

        /// <summary>Where it waits; <c>null</c> once it was granted or gave up.</summary>
        public LinkedListNode<Waiter>? Node { get; set; }

        public TaskCompletionSource<KeyLease?> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class KeyGate
    {
        /// <summary>Ordinary writers under way. Invariant: 0 while there is a lease.</summary>
        public int Passing { get; set; }

        public KeyLease? Lease { get; set; }

        public LinkedList<Waiter> Waiters { get; } = new();

        /// <summary>Whether an ordinary writer passes at once.</summary>
        public bool IsOpen => Lease is null && Waiters.Count == 0;
    }

    private sealed class Stripe
    {
        private const int SparesMax = 64;

        private readonly Dictionary<string, KeyGate> _gates = new(StringComparer.Ordinal);

        // Every write needs a gate for a moment: those that nobody uses any more serve again.
        private readonly Stack<KeyGate> _spares = new();

        public Lock Gate { get; } = new();

        /// <summary>Ordinary writers under way that are counted here and not at their keys, because no key of the stripe was in use. A lease on any of them waits for all.</summary>
        public int Passing { get; set; }

        /// <summary>Whether no key is in use.</summary>
        public bool IsQuiet => _gates.Count == 0;

        /// <summary>All gates, as of now.</summary>
        public IReadOnlyList<(string Key, KeyGate Gate)> Gates => [.. _gates.Select(static entry => (entry.Key, entry.Value))];

        public int Count
        {
            get
            {
                lock (Gate)
                {
                    return _gates.Count + Passing;
                }
            }
        }

        public KeyGate GetOrAdd(string key) =>
            CollectionsMarshal.GetValueRefOrAddDefault(_gates, key, out _) ??= _spares.TryPop(out var spare) ? spare : new KeyGate();

        /// <summary>Removes the gate of a key that nobody uses.</summary>
        public void Remove(string key)
        {
            if (_gates.Remove(key, out var gate) && _spares.Count < SparesMax)
            {
                _spares.Push(gate);
            }
        }
    }
}
