using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Http.Watch;

/// <summary>A key that a watcher has to be told of.</summary>
/// <param name="Dot">The update that changed it, if it is known; the key itself may be gone.</param>
internal readonly record struct KeyChange(string Key, Dot? Dot);
