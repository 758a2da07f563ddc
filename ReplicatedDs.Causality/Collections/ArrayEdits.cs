namespace ReplicatedDs.Causality.Collections;

/// <summary>Changed copies of arrays that nobody may change.</summary>
internal static class ArrayEdits
{
    public static T[] Insert<T>(T[] source, int index, T value)
    {
        var target = new T[source.Length + 1];
        source.AsSpan(0, index).CopyTo(target);
        target[index] = value;
        source.AsSpan(index).CopyTo(target.AsSpan(index + 1));
        return target;
    }

    public static T[] Without<T>(T[] source, int index)
    {
        var target = new T[source.Length - 1];
        source.AsSpan(0, index).CopyTo(target);
        source.AsSpan(index + 1).CopyTo(target.AsSpan(index));
        return target;
    }
}
