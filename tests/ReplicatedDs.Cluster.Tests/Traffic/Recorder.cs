using System.Collections.Immutable;
using ReplicatedDs.Checker.Histories;

namespace ReplicatedDs.Cluster.Tests.Traffic;

/// <summary>Writes the history of all sessions to a file. Safe from any thread.</summary>
internal sealed class Recorder : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream _file;
    private readonly HistoryWriter _writer;
    private bool _isClosed;

    public Recorder(string path, string note)
    {
        Path = path;
        _file = File.Create(path);
        _writer = new HistoryWriter(_file, note);
    }

    public string Path { get; }

    public void Write(string session, ImmutableArray<Access> accesses, bool isKnown, string? replica) => Add(new Operation
    {
        Session = session,
        Kind = OperationKind.Write,
        Accesses = accesses,
        Outcome = isKnown ? Outcome.Acknowledged : Outcome.Unknown,
        Replica = replica,
    });

    public void Read(string session, ImmutableArray<Access> accesses, string? replica, bool isFinal = false)
    {
        if (!accesses.IsEmpty)
        {
            Add(new Operation { Session = session, Kind = OperationKind.Read, Accesses = accesses, IsFinal = isFinal, Replica = replica });
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                _isClosed = true;
                _writer.Dispose();
                _file.Dispose();
            }
        }
    }

    private void Add(Operation operation)
    {
        lock (_lock)
        {
            _writer.Write(operation);
        }
    }
}
