using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Client;

/// <summary>One step of a watch.</summary>
/// <param name="Key">Empty for <see cref="ChangeKind.Reset"/>.</param>
/// <param name="Entry">The value; <c>null</c> unless <see cref="ChangeKind.Set"/>, or if the replica left it out.</param>
/// <param name="Dot">The update that changed it.</param>
/// <param name="Position">Where the watch is: another watch that starts there, at whichever replica, gets what comes afterwards.</param>
public sealed record Change(ChangeKind Kind, string Key, Entry? Entry, Dot? Dot, string? Position);
