namespace ReplicatedDs.Client.Api;

/// <summary>A member that alone holds back the stable vector.</summary>
/// <param name="WouldFree">How many more updates would be stable without it.</param>
public sealed record HeldBackView(int Replica, long WouldFree);
