namespace ReplicatedDs.Client.Api;

/// <summary><c>GET /clock</c>: how many updates of each replica this one has made visible.</summary>
public sealed record ClockView(int Replica, IReadOnlyDictionary<string, long> Delivered);
