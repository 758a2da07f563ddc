using ReplicatedDs.Causality.Updates;

namespace ReplicatedDs.Replica.Storage;

/// <summary>About how many bytes an update takes: enough to keep rows, batches and the tail in memory bounded.</summary>
internal static class UpdateSize
{
    /// <summary>Of an update, and of each operation: their objects in memory weigh more than a short key.</summary>
    private const int Overhead = 64;

    public static long Of(Update update)
    {
        var size = (long)Overhead + (update.OperationId?.Length ?? 0);
        foreach (var operation in update.Operations)
        {
            size += Overhead + operation switch
            {
                SetOperation set => set.Key.Length + set.Value.Length + (set.ContentType?.Length ?? 0),
                AddOperation add => add.Key.Length + add.Member.Length,
                RemoveOperation remove => remove.Key.Length + remove.Member.Length,
                KeyOperation other => other.Key.Length,
                _ => 0,
            };
        }

        return size;
    }
}
