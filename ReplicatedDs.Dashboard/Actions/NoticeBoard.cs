namespace ReplicatedDs.Dashboard.Actions;

/// <summary>What one visitor's actions came to. Failures stay until dismissed; of successes only the newest is kept.</summary>
public sealed class NoticeBoard(TimeProvider time)
{
    private const int FailuresMax = 5;

    private readonly List<Notice> _failures = [];
    private int _number;

    /// <summary>Raised on the visitor's own circuit.</summary>
    public event Action? Changed;

    public IReadOnlyList<Notice> Failures => _failures;

    public Notice? Success { get; private set; }

    /// <summary>How many failures were pushed out by newer ones.</summary>
    public int Dropped { get; private set; }

    public void Post(ActionOutcome outcome)
    {
        var notice = new Notice(++_number, outcome, time.GetUtcNow());
        if (outcome.IsDone)
        {
            Success = notice;
        }
        else
        {
            _failures.Add(notice);
            if (_failures.Count > FailuresMax)
            {
                _failures.RemoveAt(0);
                Dropped++;
            }
        }

        Changed?.Invoke();
    }

    public void Dismiss(Notice notice)
    {
        _failures.Remove(notice);
        if (Success == notice)
        {
            Success = null;
        }

        if (_failures.Count == 0)
        {
            Dropped = 0;
        }

        Changed?.Invoke();
    }
}
