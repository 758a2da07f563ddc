using System.Globalization;

namespace ReplicatedDs.Checker.Online;

/// <summary>Names one update: the site that wrote it and its number there, from 1.</summary>
public readonly record struct UpdateName(string Site, long Counter)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Site}#{Counter}");
}
