using ReplicatedDs.Causality.Clocks;

namespace ReplicatedDs.Replica.Storage.Values;

/// <summary>Which value: what an update wrote to a key. Of an update that writes a key twice, the last.</summary>
internal readonly record struct ValueId(string Key, Dot Dot);
