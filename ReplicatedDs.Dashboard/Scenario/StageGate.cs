namespace ReplicatedDs.Dashboard.Scenario;

/// <summary>One scenario at a time for the whole dashboard: two would break each other's links. All members may be called from any thread.</summary>
internal sealed class StageGate
{
    private string? _title;

    /// <summary>What runs, such as <c>scenario 2</c>; <c>null</c>: nothing.</summary>
    public string? Title => Volatile.Read(ref _title);

    /// <summary>Takes the stage; <c>false</c>: another scenario has it.</summary>
    public bool TryEnter(string title) => Interlocked.CompareExchange(ref _title, title, null) is null;

    public void Leave() => Volatile.Write(ref _title, null);
}
