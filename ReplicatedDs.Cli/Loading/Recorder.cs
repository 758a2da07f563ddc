using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Cli.Loading;

/// <summary>Writes down what the sessions of a load saw, for the checker. Safe from any thread.</summary>
internal sealed class Recorder(Stream stream) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HistoryWriter _writer = new(stream, "rds bench");

    public void Write(string session, string key, string value, bool isKnown) => Add(new Operation
    {
        Session = session,
        Kind = OperationKind.Write,
        Accesses = [new Access(key, value)],
        Outcome = isKnown ? Outcome.Acknowledged : Outcome.Unknown,
    });

    public void Read(string session, string key, string? value, bool isFinal = false) => Add(new Operation
    {
        Session = session,
        Kind = OperationKind.Read,
        Accesses = [new Access(key, value)],
        IsFinal = isFinal,
    });

    public void Dispose() => _writer.Dispose();

    private void Add(Operation operation)
    {
        lock (_lock)
        {
            _writer.Write(operation);
        }
    }
}
