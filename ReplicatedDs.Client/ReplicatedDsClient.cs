using System.Net.Http.Headers;
using ReplicatedDs.Client.Calls;
using ReplicatedDs.Client.Operations;
using ReplicatedDs.Client.Sessions;

namespace ReplicatedDs.Client;

/// <summary>
/// The entry to a cluster: connections to its replicas, shared by all sessions. Make one per cluster and keep it; it is safe from any thread.
/// Keys are read and written through a <see cref="CausalSession"/>.
/// </summary>
public sealed class ReplicatedDsClient : IDisposable
{
    /// <summary>The name of the client's <c>ActivitySource</c> and <c>Meter</c>.</summary>
    public const string TelemetryName = "ReplicatedDs.Client";

    private const int AnswerBytesMax = 512 << 20;

    private readonly HttpClient _http;
    private readonly Dispatcher _dispatcher;
    private int _sessions = -1;

    /// <exception cref="ArgumentException">The options are not valid; the message says why.</exception>
    public ReplicatedDsClient(ReplicatedDsClientOptions options)
        : this(options, TimeProvider.System)
    {
    }

    /// <param name="replicas">The replicas' HTTP addresses, the nearest first.</param>
    public ReplicatedDsClient(params IEnumerable<Uri> replicas)
        : this(With(replicas))
    {
    }

    internal ReplicatedDsClient(ReplicatedDsClientOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problems() is [var problem, ..])
        {
            throw new ArgumentException(problem, nameof(options));
        }

        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // a name may come to mean another address
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // each attempt has its own
            MaxResponseContentBufferSize = AnswerBytesMax,
        };
        if (options.Key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Key);
        }

        _dispatcher = new Dispatcher(_http, new ReplicaPool([.. options.Replicas.Distinct()], time), options, time);
    }

    /// <summary>Starts a session. Costs nothing.</summary>
    /// <param name="token">The <see cref="CausalSession.Token"/> of a session to continue, maybe one of another process; <c>null</c> starts afresh.</param>
    public CausalSession StartSession(string? token = null)
    {
        var state = new SessionState(Interlocked.Increment(ref _sessions) & int.MaxValue, _dispatcher.Options.Order);
        if (token is not null)
        {
            state.Merge(token);
        }

        return new CausalSession(_dispatcher, state);
    }

    /// <summary>Calls to one replica about itself: its clock, its pending updates, its links.</summary>
    public ReplicaOperations At(Uri replica)
    {
        ArgumentNullException.ThrowIfNull(replica);
        return new ReplicaOperations(_dispatcher, replica);
    }

    public void Dispose() => _http.Dispose();

    private static ReplicatedDsClientOptions With(IEnumerable<Uri> replicas)
    {
        var options = new ReplicatedDsClientOptions();
        foreach (var replica in replicas)
        {
            options.Replicas.Add(replica);
        }

        return options;
    }
}
