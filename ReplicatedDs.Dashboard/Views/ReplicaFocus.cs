namespace ReplicatedDs.Dashboard.Views;

/// <summary>The replica whose details this viewer looks at, for all panels of the page.</summary>
public sealed class ReplicaFocus
{
    /// <summary>Raised on the viewer's own circuit.</summary>
    public event Action? Changed;

    /// <summary>The slot's name; <c>null</c>: none.</summary>
    public string? Name { get; private set; }

    public void On(string? name)
    {
        Name = name;
        Changed?.Invoke();
    }
}
