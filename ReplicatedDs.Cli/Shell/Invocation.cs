using System.CommandLine;
using ReplicatedDs.Cli.Clusters;
using ReplicatedDs.Cli.Printing;
using ReplicatedDs.Cli.Sessions;
using ReplicatedDs.Client;

namespace ReplicatedDs.Cli.Shell;

/// <summary>One run of a command: its arguments, where it prints, and the cluster, found when first asked for.</summary>
internal sealed class Invocation(ParseResult parsed, GlobalOptions global, Surroundings surroundings, CancellationToken cancellation) : IDisposable
{
    private Cluster? _cluster;
    private ReplicatedDsClient? _client;
    private SessionFile? _file;
    private CausalSession? _session;

    public Surroundings Surroundings => surroundings;

    public CancellationToken Cancellation => cancellation;

    public Printer Printer { get; } = new(surroundings, parsed.GetValue(global.Json));

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    public T Get<T>(Option<T> option) => parsed.GetValue(option)!;

    /// <summary>Whether the option stands on the command line.</summary>
    public bool Has(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <exception cref="RdsException">There is none.</exception>
    public async Task<Cluster> ClusterAsync() =>
        _cluster ??= await ClusterFinder.FindAsync(parsed.GetValue(global.Cluster), parsed.GetValue(global.Replica), surroundings, cancellation);

    /// <summary>The client: of the replica that <c>--replica</c> names alone, else of all that run.</summary>
    public async Task<ReplicatedDsClient> ClientAsync() => _client ??= (await ClusterAsync()).Connect();

    /// <summary>The session that is kept between invocations.</summary>
    public async Task<CausalSession> SessionAsync()
    {
        if (_session is not null)
        {
            return _session;
        }

        var client = await ClientAsync();
        _file = parsed.GetValue(global.NoSession) ? null : new SessionFile(surroundings.StateFolder, (await ClusterAsync()).Id);
        return _session = client.StartSession(_file?.Read());
    }

    /// <summary>Keeps what the session has seen; a command does so also when it fails.</summary>
    public void KeepSession()
    {
        if (_session?.Token is { } token && _file?.Keep(token) is { } problem)
        {
            Printer.Note($"The session could not be kept, so the next command may see less: {problem}");
        }
    }

    /// <summary>Forgets a session that is no longer of this cluster; false if there was none.</summary>
    public bool ForgetSession() => _file?.Forget() == true;

    public void Dispose()
    {
        _session?.Dispose();
        _client?.Dispose();
    }
}
