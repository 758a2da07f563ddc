using System.Globalization;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Loading;

/// <summary>Sessions that read and write as fast as they are answered.</summary>
internal sealed class Load(LoadPlan plan, ReplicatedDsClient client, Recorder? recorder)
{
    private readonly LatencyHistogram[] _reads = [.. Enumerable.Range(0, plan.Clients).Select(_ => new LatencyHistogram())];
    private readonly LatencyHistogram[] _writes = [.. Enumerable.Range(0, plan.Clients).Select(_ => new LatencyHistogram())];
    private long _operations;
    private long _failures;
    private string? _firstFailure;
    private string? _token;

    /// <value>How many were answered so far.</value>
    public long Operations => Interlocked.Read(ref _operations);

    public long Failures => Interlocked.Read(ref _failures);

    /// <value>What all sessions together have seen, once it ran.</value>
    public string? Token => _token;

    public async Task<LoadResult> RunAsync(CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        over.CancelAfter(plan.Duration);
        await Task.WhenAll(Enumerable.Range(0, plan.Clients).Select(number => Task.Run(() => RunAsync(number, over.Token, cancellation), CancellationToken.None)));
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        return new LoadResult(elapsed, Sum(_reads), Sum(_writes), Failures, _firstFailure);
    }

    /// <summary>Reads every key at one replica with everything that the load has seen: what it finds is final.</summary>
    public async Task ReadFinallyAsync(ReplicatedDsClient replica, string name, CancellationToken cancellation)
    {
        await using var session = replica.StartSession(_token);
        for (var number = 0; number < plan.Keys; number++)
        {
            recorder?.Read($"final at {name}", plan.Key(number), await session.GetStringAsync(plan.Key(number), cancellation), isFinal: true);
        }
    }

    private async Task RunAsync(int number, CancellationToken over, CancellationToken cancellation)
    {
        // A seed of its own: the same keys in the same order at every run.
        var random = new Random(number);
        var filler = new string('.', plan.ValueBytes);
        await using var session = client.StartSession();
        for (var count = 1; !over.IsCancellationRequested; count++)
        {
            var key = plan.Key(random.Next(plan.Keys));
            var isRead = random.Next(100) < plan.ReadPercent;
            var value = string.Create(CultureInfo.InvariantCulture, $"{number}-{count}");
            value += filler[..Math.Max(0, plan.ValueBytes - value.Length)];
            var started = TimeProvider.System.GetTimestamp();
            try
            {
                // An operation that has begun is not cut off by the end of the time: a write would be left unknown.
                if (isRead)
                {
                    var read = await session.GetStringAsync(key, cancellation);
                    recorder?.Read($"client {number}", key, read);
                }
                else
                {
                    await session.SetAsync(key, value, cancellationToken: cancellation);
                    recorder?.Write($"client {number}", key, value, isKnown: true);
                }

                (isRead ? _reads : _writes)[number].Add(TimeProvider.System.GetElapsedTime(started));
                Interlocked.Increment(ref _operations);
            }
            catch (ReplicatedDsException exception)
            {
                Interlocked.Increment(ref _failures);
                Interlocked.CompareExchange(ref _firstFailure, exception.Message, null);
                if (!isRead && exception is ReplicasUnavailableException { MayHaveHappened: true })
                {
                    recorder?.Write($"client {number}", key, value, isKnown: false);
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                if (!isRead)
                {
                    recorder?.Write($"client {number}", key, value, isKnown: false);
                }

                break;
            }
        }

        lock (_reads)
        {
            _token = session.Token is { } token ? _token is null ? token : CausalSession.MergeTokens(_token, token) : _token;
        }
    }

    private static LatencyHistogram Sum(LatencyHistogram[] parts)
    {
        var sum = new LatencyHistogram();
        foreach (var part in parts)
        {
            sum.Add(part);
        }

        return sum;
    }
}
