namespace ReplicatedDs.Client.Api;

/// <summary>Names a key.</summary>
public sealed record KeyInput(string Key);
